package io.deeptrain.worker.prediction;

import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.detection.Detection;
import io.deeptrain.worker.detection.DetectionDecoder;
import io.deeptrain.worker.detection.DetectorSettings;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.Embeddings;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.prediction.Prediction.Region;
import io.deeptrain.worker.prediction.Prediction.Scored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Puts a network's answers to one of several images into words. */
interface AnswerReader {
    /**
     * What was answered to the image.
     *
     * @param conceptsMax how many concepts are wanted of an image as a whole
     */
    Prediction read(Answers answers, int image, int conceptsMax);

    static AnswerReader of(TrainedModel model, Network network) {
        List<String> concepts = model.concepts();
        return switch (model.objective()) {
            case Objective.Classification(Activation activation) ->
                (answers, image, conceptsMax) -> {
                    float[] values = Arrays.copyOfRange(
                            answers.of(Network.LOGITS), image * concepts.size(), (image + 1) * concepts.size());
                    activation.apply(values, 0, values.length);
                    return ranked(concepts, values, conceptsMax);
                };
            case Objective.Placement _, Objective.AngularMargin _ -> ofEmbeddings(network);
            case Objective.ObjectDetection(DetectorSettings settings) -> {
                DetectionDecoder decoder = new DetectionDecoder(network, settings, model.imageSize(), concepts.size());
                yield (answers, image, _) ->
                        new Prediction.Detected(decoder.read(answers, image, settings.scoreThreshold()).stream()
                                .map(detection -> region(concepts, detection))
                                .toList());
            }
        };
    }

    /** Of the network's place for an image, whatever else it answers. */
    static AnswerReader ofEmbeddings(Network network) {
        int size = Embeddings.size(network);
        return (answers, image, _) -> {
            float[] all = answers.of(Network.EMBEDDING);
            List<Float> vector = new ArrayList<>(size);
            for (int i = image * size; i < (image + 1) * size; i++) {
                vector.add(all[i]);
            }
            return new Prediction.Embedded(vector);
        };
    }

    private static Prediction ranked(List<String> concepts, float[] values, int conceptsMax) {
        List<Scored> scored = new ArrayList<>();
        for (int n = 0; n < values.length; n++) {
            scored.add(new Scored(concepts.get(n), values[n]));
        }
        scored.sort(Comparator.comparingDouble(Scored::value).reversed().thenComparing(Scored::concept));
        return new Prediction.Seen(scored.subList(0, Math.min(conceptsMax, scored.size())));
    }

    private static Region region(List<String> concepts, Detection detection) {
        return new Region(
                new Scored(concepts.get(detection.concept()), detection.score()),
                (float) detection.box().top(),
                (float) detection.box().left(),
                (float) detection.box().bottom(),
                (float) detection.box().right());
    }
}
