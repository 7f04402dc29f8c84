package io.deeptrain.api.estimate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What finished trainings of a template say about its formula. Each contributes the ratio of the time it took to the
 * time that the formula gave for it; the median of them corrects the formula, and the tenth and ninetieth percentiles
 * bound it, so that about 80 % of trainings should end between the bounds. Whether they do is measured, see
 * {@link #coverage}.
 *
 * @param ratios ascending
 */
public record Calibration(List<Double> ratios) {
    /** With fewer runs than this the formula stands as it is, and the bounds are half and twice of it. */
    public static final int RUNS_MIN = 5;

    private static final double LOW = 0.1;
    private static final double MIDDLE = 0.5;
    private static final double HIGH = 0.9;
    private static final double LOW_UNKNOWN = 0.5;
    private static final double HIGH_UNKNOWN = 2;

    public Calibration {
        ratios = ratios.stream().sorted().toList();
        if (!ratios.isEmpty() && ratios.getFirst() <= 0) {
            throw new IllegalArgumentException("a ratio of times is not positive: " + ratios.getFirst());
        }
    }

    public int runs() {
        return ratios.size();
    }

    private boolean isLearned() {
        return runs() >= RUNS_MIN;
    }

    /** What the formula's time is multiplied by. */
    public double scale() {
        return isLearned() ? quantile(ratios, MIDDLE) : 1;
    }

    /** The formula's time, corrected, with its bounds. */
    public CalibratedEstimate correct(TrainingEstimate formula) {
        return new CalibratedEstimate(
                scaled(formula, scale()),
                scaled(formula, isLearned() ? quantile(ratios, LOW) : LOW_UNKNOWN)
                        .time(),
                scaled(formula, isLearned() ? quantile(ratios, HIGH) : HIGH_UNKNOWN)
                        .time(),
                this);
    }

    /** By how much the corrected formula would have missed the real times, as a share of them: the median of it. */
    public OptionalDouble medianError() {
        double scale = scale();
        return ratios.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(quantile(
                        ratios.stream()
                                .map(ratio -> Math.abs(scale / ratio - 1))
                                .sorted()
                                .toList(),
                        MIDDLE));
    }

    /** The share of runs that ended between the bounds that the other runs give. */
    public OptionalDouble coverage() {
        if (runs() <= RUNS_MIN) {
            return OptionalDouble.empty();
        }
        int inside = 0;
        for (int i = 0; i < runs(); i++) {
            List<Double> others = new ArrayList<>(ratios);
            double own = others.remove(i);
            if (own >= quantile(others, LOW) && own <= quantile(others, HIGH)) {
                inside++;
            }
        }
        return OptionalDouble.of((double) inside / runs());
    }

    private static TrainingEstimate scaled(TrainingEstimate formula, double factor) {
        return new TrainingEstimate(
                Duration.ofSeconds((long) Math.rint(formula.time().toSeconds() * factor)));
    }

    /** Between two values, in proportion. */
    private static double quantile(List<Double> ascending, double share) {
        double at = share * (ascending.size() - 1);
        int below = (int) Math.floor(at);
        int above = (int) Math.ceil(at);
        return ascending.get(below) + (at - below) * (ascending.get(above) - ascending.get(below));
    }
}
