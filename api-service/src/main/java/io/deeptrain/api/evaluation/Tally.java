package io.deeptrain.api.evaluation;

import io.deeptrain.api.evaluation.Report.Counts;
import io.deeptrain.api.evaluation.Report.ImageScores;
import io.deeptrain.event.ManifestEntry.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Counts what a classifier says rightly and wrongly of images whose concepts are known, by the same rules as a training
 * counts at its end.
 */
public final class Tally {
    /** Where concepts do not exclude each other, one is said to be shown from this value on. */
    private static final double SAID_FROM = 0.5;

    /** Of so many images a report holds what was said, as one of a training does. */
    private static final int SCORED_IMAGES_MAX = 10_000;

    private static final int SCORED_VALUES_MAX = 1_000_000;

    private final List<String> concepts;
    private final boolean exclusive;
    private final long[] truePositives;
    private final long[] falsePositives;
    private final long[] falseNegatives;
    private final long[][] confusion;
    private final List<ImageScores> scores = new ArrayList<>();
    private long images;

    /** @param exclusive whether an image shows one of the concepts only, so that the highest one is said */
    @SuppressWarnings("MissingSummary") // The class says it.
    public Tally(List<String> concepts, boolean exclusive) {
        this.concepts = List.copyOf(concepts);
        this.exclusive = exclusive;
        truePositives = new long[concepts.size()];
        falsePositives = new long[concepts.size()];
        falseNegatives = new long[concepts.size()];
        confusion = new long[concepts.size()][concepts.size()];
    }

    /**
     * Counts one image.
     *
     * @param shown the concepts that the image is known to show
     * @param said for each concept how likely it shows it; 0 if nothing was said
     */
    public void add(String inputId, Set<String> shown, Map<String, Double> said) {
        List<Double> values = concepts.stream()
                .map(concept -> said.getOrDefault(concept, 0.0))
                .toList();
        List<Integer> positions = IntStream.range(0, concepts.size())
                .filter(n -> shown.contains(concepts.get(n)))
                .boxed()
                .toList();
        ImageScores image = new ImageScores(inputId, positions, values);
        int highest = image.highest();
        for (int n = 0; n < concepts.size(); n++) {
            boolean isShown = positions.contains(n);
            boolean isSaid = exclusive ? n == highest : values.get(n) >= SAID_FROM;
            truePositives[n] += isShown && isSaid ? 1 : 0;
            falsePositives[n] += !isShown && isSaid ? 1 : 0;
            falseNegatives[n] += isShown && !isSaid ? 1 : 0;
            if (isShown) {
                confusion[n][highest]++;
            }
        }
        images++;
        if (scores.size() < Math.min(SCORED_IMAGES_MAX, SCORED_VALUES_MAX / concepts.size())) {
            scores.add(image);
        }
    }

    public long images() {
        return images;
    }

    public Report report() {
        List<Counts> counts = new ArrayList<>();
        for (int n = 0; n < concepts.size(); n++) {
            long right = truePositives[n];
            counts.add(new Counts(
                    concepts.get(n),
                    right,
                    falsePositives[n],
                    falseNegatives[n],
                    share(right, right + falsePositives[n]),
                    share(right, right + falseNegatives[n]),
                    share(2 * right, 2 * right + falsePositives[n] + falseNegatives[n])));
        }
        List<List<Long>> rows = Arrays.stream(confusion)
                .map(row -> Arrays.stream(row).boxed().toList())
                .toList();
        return new Report(Split.TEST, images, counts, rows, scores);
    }

    private static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}
