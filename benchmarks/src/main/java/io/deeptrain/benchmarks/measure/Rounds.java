package io.deeptrain.benchmarks.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Measures two things in turn, so that whatever else the machine is doing meets both, and compares their medians.
 *
 * @param ratios of each round, the measured to the reference
 */
public record Rounds(List<Double> measuredPerSecond, List<Double> referencePerSecond, List<Double> ratios) {
    public Rounds {
        measuredPerSecond = List.copyOf(measuredPerSecond);
        referencePerSecond = List.copyOf(referencePerSecond);
        ratios = List.copyOf(ratios);
    }

    /** Does its work once and returns how many things it did in a second. */
    @FunctionalInterface
    public interface Work {
        double perSecond() throws Exception;
    }

    /** The rounds before the first counted one are for the compiler and the caches. */
    public static Rounds of(int warmUps, int rounds, Work measured, Work reference) throws Exception {
        List<Double> measuredPerSecond = new ArrayList<>();
        List<Double> referencePerSecond = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = -warmUps; round < rounds; round++) {
            double measuredNow = measured.perSecond();
            double referenceNow = reference.perSecond();
            if (round >= 0) {
                measuredPerSecond.add(measuredNow);
                referencePerSecond.add(referenceNow);
                ratios.add(measuredNow / referenceNow);
            }
        }
        return new Rounds(measuredPerSecond, referencePerSecond, ratios);
    }

    /** As a few lines for people. */
    public String report(String unit) {
        return """
                measured   %,12.0f %s a second
                reference  %,12.0f %s a second
                ratio      %12.3f (median of %d rounds; %.3f to %.3f)
                """.formatted(
                        median(measuredPerSecond),
                        unit,
                        median(referencePerSecond),
                        unit,
                        median(ratios),
                        ratios.size(),
                        Collections.min(ratios),
                        Collections.max(ratios));
    }

    /** The middle one; of an even number the lower of the two in the middle. */
    public static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get((sorted.size() - 1) / 2);
    }
}
