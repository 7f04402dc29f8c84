package io.deeptrain.worker.evaluation;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.worker.detection.DetectionDecoder;
import io.deeptrain.worker.detection.DetectorSettings;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.objective.Labels;
import io.deeptrain.worker.objective.Objective;
import java.util.Arrays;
import java.util.List;

/** Compares what a network answers with what is known, image by image. */
public interface Judge {
    /**
     * Counts one image.
     *
     * @param answers to several images
     * @param image which of them
     */
    void add(String inputId, Labels labels, Answers answers, int image);

    /**
     * What was found.
     *
     * @param looked told of each image that is looked at once more, which may take long
     */
    EvaluationReport report(Split split, Runnable looked);

    /**
     * A judge of what a network answers.
     *
     * @param concepts in the order of their positions
     */
    static Judge of(Objective objective, Network network, int imageSize, List<String> concepts) {
        return switch (objective) {
            case Objective.Classification classification -> of(classification, concepts);
            case Objective.Placement _, Objective.AngularMargin _ -> ofEmbedder(concepts.size());
            case Objective.ObjectDetection(DetectorSettings settings) ->
                ofDetector(
                        new DetectionDecoder(network, settings, imageSize, concepts.size()),
                        settings.scoreThreshold(),
                        concepts);
        };
    }

    private static Judge ofEmbedder(int concepts) {
        Neighbours neighbours = new Neighbours();
        return new Judge() {
            private int images;

            @Override
            public void add(String inputId, Labels labels, Answers answers, int image) {
                images++;
                float[] all = answers.of(Network.EMBEDDING);
                int size = all.length / (answers.of(Network.LOGITS).length / concepts);
                neighbours.add(Arrays.copyOfRange(all, image * size, (image + 1) * size), labels.shown());
            }

            @Override
            public EvaluationReport report(Split split, Runnable looked) {
                return ImageReport.measured(split, images, neighbours.recalls(looked));
            }
        };
    }

    private static Judge ofDetector(DetectionDecoder decoder, double scoreThreshold, List<String> concepts) {
        DetectionEvaluator evaluator = new DetectionEvaluator(concepts, scoreThreshold);
        return new Judge() {
            @Override
            public void add(String inputId, Labels labels, Answers answers, int image) {
                double lowest = Math.min(scoreThreshold, DetectionDecoder.SCORE_TO_MEASURE);
                evaluator.add(inputId, decoder.read(answers, image, lowest), labels.objects());
            }

            @Override
            public EvaluationReport report(Split split, Runnable looked) {
                return evaluator.report(split);
            }
        };
    }

    /** What a classifier says of one image, for each concept. */
    static float[] values(Objective.Classification classification, int concepts, Answers answers, int image) {
        float[] values = Arrays.copyOfRange(answers.of(Network.LOGITS), image * concepts, (image + 1) * concepts);
        classification.activation().apply(values, 0, values.length);
        return values;
    }

    /** A judge of a classifier, whatever its network. */
    static Judge of(Objective.Classification classification, List<String> concepts) {
        Evaluator evaluator = new Evaluator(concepts, classification.activation());
        return new Judge() {
            @Override
            public void add(String inputId, Labels labels, Answers answers, int image) {
                evaluator.add(
                        inputId,
                        values(classification, concepts.size(), answers, image),
                        labels.shown().stream().mapToInt(Integer::intValue).toArray());
            }

            @Override
            public EvaluationReport report(Split split, Runnable looked) {
                return evaluator.report(split);
            }
        };
    }
}
