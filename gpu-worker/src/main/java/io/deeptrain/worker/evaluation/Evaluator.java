package io.deeptrain.worker.evaluation;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.worker.evaluation.ImageReport.ConceptScore;
import io.deeptrain.worker.evaluation.ImageReport.ImageScores;
import io.deeptrain.worker.network.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Counts right and wrong answers. */
public final class Evaluator {
    /** Where concepts do not exclude each other, one is said to be shown from this value on. */
    private static final float THRESHOLD = 0.5f;

    /** Enough images for curves that nobody can tell from those of all of them. */
    static final int SCORED_IMAGES_MAX = 10_000;

    /** Keeps the report small where there are many concepts. */
    static final int SCORED_VALUES_MAX = 1_000_000;

    private final List<String> concepts;
    private final Activation activation;
    private final long[] truePositives;
    private final long[] falsePositives;
    private final long[] falseNegatives;
    private final long[][] confusion;
    private final List<ImageScores> imageScores = new ArrayList<>();
    private int images;
    private long right;

    public Evaluator(List<String> concepts, Activation activation) {
        this.concepts = List.copyOf(concepts);
        this.activation = activation;
        this.truePositives = new long[concepts.size()];
        this.falsePositives = new long[concepts.size()];
        this.falseNegatives = new long[concepts.size()];
        this.confusion = new long[concepts.size()][concepts.size()];
    }

    /** How many images a report says each value of. */
    public static int scoresMax(int concepts) {
        return Math.min(SCORED_IMAGES_MAX, SCORED_VALUES_MAX / Math.max(1, concepts));
    }

    /**
     * Counts one image.
     *
     * @param inputId the input that the image is of
     * @param values for each concept, what the model says
     * @param shown positions of the concepts that the image shows
     */
    public void add(String inputId, float[] values, int[] shown) {
        boolean[] truth = new boolean[values.length];
        for (int position : shown) {
            truth[position] = true;
        }
        int highest = highest(values);
        if (imageScores.size() < scoresMax(concepts.size())) {
            imageScores.add(
                    new ImageScores(inputId, Arrays.stream(shown).boxed().toList(), boxed(values)));
        }
        images++;
        if (truth[highest]) {
            right++;
        }
        for (int position : shown) {
            confusion[position][highest]++;
        }
        for (int position = 0; position < values.length; position++) {
            boolean said = activation == Activation.SOFTMAX ? position == highest : values[position] >= THRESHOLD;
            if (said && truth[position]) {
                truePositives[position]++;
            } else if (said) {
                falsePositives[position]++;
            } else if (truth[position]) {
                falseNegatives[position]++;
            }
        }
    }

    private static List<Float> boxed(float[] values) {
        List<Float> boxed = new ArrayList<>(values.length);
        for (float value : values) {
            boxed.add(value);
        }
        return boxed;
    }

    private static int highest(float[] values) {
        int highest = 0;
        for (int position = 1; position < values.length; position++) {
            if (values[position] > values[highest]) {
                highest = position;
            }
        }
        return highest;
    }

    public ImageReport report(Split split) {
        List<ConceptScore> scores = new ArrayList<>();
        for (int n = 0; n < concepts.size(); n++) {
            scores.add(ConceptScore.of(concepts.get(n), truePositives[n], falsePositives[n], falseNegatives[n]));
        }
        return new ImageReport(
                split,
                images,
                ImageReport.share(right, images),
                scores,
                Arrays.stream(confusion)
                        .map(row -> Arrays.stream(row).boxed().toList())
                        .toList(),
                imageScores);
    }
}
