package io.deeptrain.worker.evaluation;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.worker.network.Activation;
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

    EvaluationReport report(Split split);

    static Judge of(Objective objective, List<String> concepts) {
        return switch (objective) {
            case Objective.Classification(Activation activation) -> ofClassifier(activation, concepts);
            case Objective.Placement _, Objective.AngularMargin _ -> ofEmbedder(concepts.size());
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
            public EvaluationReport report(Split split) {
                return EvaluationReport.measured(split, images, neighbours.recalls());
            }
        };
    }

    private static Judge ofClassifier(Activation activation, List<String> concepts) {
        Evaluator evaluator = new Evaluator(concepts, activation);
        return new Judge() {
            @Override
            public void add(String inputId, Labels labels, Answers answers, int image) {
                float[] values = Arrays.copyOfRange(
                        answers.of(Network.LOGITS), image * concepts.size(), (image + 1) * concepts.size());
                activation.apply(values, 0, values.length);
                evaluator.add(
                        inputId,
                        values,
                        labels.shown().stream().mapToInt(Integer::intValue).toArray());
            }

            @Override
            public EvaluationReport report(Split split) {
                return evaluator.report(split);
            }
        };
    }
}
