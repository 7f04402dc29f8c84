package io.deeptrain.api.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The images of one concept, the most probable first, from which its curves follow. Images of the same score are one
 * step: no threshold can tell them apart.
 */
public record Ranking(long positives, long negatives, List<Step> steps) {
    public Ranking {
        steps = List.copyOf(steps);
    }

    /** One image: what was said, and whether it is so. */
    public record Scored(double score, boolean positive) {}

    /** How many images are taken for the concept from this threshold on, rightly and wrongly. */
    public record Step(double threshold, long truePositives, long falsePositives) {}

    /** Rates at a threshold. */
    public record RocPoint(double falsePositiveRate, double truePositiveRate, double threshold) {}

    /** Shares at a threshold. */
    public record PrecisionRecallPoint(double recall, double precision, double threshold) {}

    public static Ranking of(List<Scored> images) {
        List<Scored> ranked = images.stream()
                .sorted(Comparator.comparingDouble(Scored::score).reversed())
                .toList();
        List<Step> steps = new ArrayList<>();
        long truePositives = 0;
        long falsePositives = 0;
        for (int i = 0; i < ranked.size(); i++) {
            if (ranked.get(i).positive()) {
                truePositives++;
            } else {
                falsePositives++;
            }
            boolean lastOfItsScore = i + 1 == ranked.size()
                    || ranked.get(i + 1).score() != ranked.get(i).score();
            if (lastOfItsScore) {
                steps.add(new Step(ranked.get(i).score(), truePositives, falsePositives));
            }
        }
        return new Ranking(truePositives, falsePositives, steps);
    }

    /**
     * How likely an image that shows the concept stands above one that does not; a tie counts half. Nothing if there
     * are no images of either kind.
     */
    public OptionalDouble rocAuc() {
        if (positives == 0 || negatives == 0) {
            return OptionalDouble.empty();
        }
        double area = 0;
        double lastTruePositives = 0;
        double lastFalsePositives = 0;
        for (Step step : steps) {
            area += (step.falsePositives() - lastFalsePositives) * (step.truePositives() + lastTruePositives) / 2;
            lastTruePositives = step.truePositives();
            lastFalsePositives = step.falsePositives();
        }
        return OptionalDouble.of(area / positives / negatives);
    }

    /** The mean of the precision over the steps, each weighted with what it adds to the recall. */
    public OptionalDouble averagePrecision() {
        if (positives == 0) {
            return OptionalDouble.empty();
        }
        double sum = 0;
        long last = 0;
        for (Step step : steps) {
            sum += (double) (step.truePositives() - last) / positives * precision(step);
            last = step.truePositives();
        }
        return OptionalDouble.of(sum);
    }

    /** From the threshold that nothing reaches to the one that everything does; empty if it has no meaning. */
    public List<RocPoint> roc(int pointsMax) {
        if (positives == 0 || negatives == 0) {
            return List.of();
        }
        List<RocPoint> points = new ArrayList<>();
        points.add(new RocPoint(0, 0, steps.getFirst().threshold() + 1));
        for (Step step : steps) {
            points.add(new RocPoint(
                    (double) step.falsePositives() / negatives,
                    (double) step.truePositives() / positives,
                    step.threshold()));
        }
        return thinned(points, pointsMax);
    }

    /** From the highest threshold to the lowest; empty if no image shows the concept. */
    public List<PrecisionRecallPoint> precisionRecall(int pointsMax) {
        if (positives == 0) {
            return List.of();
        }
        return thinned(
                steps.stream()
                        .map(step -> new PrecisionRecallPoint(
                                (double) step.truePositives() / positives, precision(step), step.threshold()))
                        .toList(),
                pointsMax);
    }

    private static double precision(Step step) {
        return (double) step.truePositives() / (step.truePositives() + step.falsePositives());
    }

    /** Evenly taken out, the first and the last always among them. */
    static <T> List<T> thinned(List<T> points, int max) {
        if (points.size() <= max) {
            return List.copyOf(points);
        }
        List<T> left = new ArrayList<>();
        for (long i = 0; i < max; i++) {
            left.add(points.get(Math.toIntExact(i * (points.size() - 1) / (max - 1))));
        }
        return List.copyOf(left);
    }
}
