package io.deeptrain.worker.evaluation;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.worker.evaluation.EvaluationReport.ConceptScore;
import io.deeptrain.worker.network.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Counts right and wrong answers. */
public final class Evaluator {
    /** Where concepts do not exclude each other, one is said to be shown from this value on. */
    private static final float THRESHOLD = 0.5f;

    private final List<String> concepts;
    private final Activation activation;
    private final long[] truePositives;
    private final long[] falsePositives;
    private final long[] falseNegatives;
    private final long[][] confusion;
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

    /**
     * Counts one image.
     *
     * @param values for each concept, what the model says
     * @param shown positions of the concepts that the image shows
     */
    public void add(float[] values, int[] shown) {
        boolean[] truth = new boolean[values.length];
        for (int position : shown) {
            truth[position] = true;
        }
        int highest = highest(values);
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

    private static int highest(float[] values) {
        int highest = 0;
        for (int position = 1; position < values.length; position++) {
            if (values[position] > values[highest]) {
                highest = position;
            }
        }
        return highest;
    }

    public EvaluationReport report(Split split) {
        List<ConceptScore> scores = new ArrayList<>();
        for (int n = 0; n < concepts.size(); n++) {
            scores.add(ConceptScore.of(concepts.get(n), truePositives[n], falsePositives[n], falseNegatives[n]));
        }
        return new EvaluationReport(
                split,
                images,
                EvaluationReport.share(right, images),
                scores,
                Arrays.stream(confusion)
                        .map(row -> Arrays.stream(row).boxed().toList())
                        .toList());
    }
}
