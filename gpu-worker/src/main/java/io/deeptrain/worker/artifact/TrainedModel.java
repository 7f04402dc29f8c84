package io.deeptrain.worker.artifact;

import io.deeptrain.worker.detection.DetectorSettings;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.DetectorArchitectures;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Objective;
import java.util.List;
import java.util.Optional;

/**
 * A model as it is published: what to compute, with which numbers, and what the answers mean.
 *
 * @param architecture a recipe that the worker knows, see {@link Architectures}
 * @param objective what it was trained for, which says how its answers are read
 */
public record TrainedModel(
        String architecture, List<String> concepts, int imageSize, Objective objective, List<Tensor> state) {
    public TrainedModel {
        concepts = List.copyOf(concepts);
        state = List.copyOf(state);
    }

    /** The network that it is a state of; nothing if this worker does not know it. */
    public Optional<Network> network() {
        return switch (objective) {
            case Objective.Classification _, Objective.Placement _, Objective.AngularMargin _ ->
                Architectures.named(architecture, concepts.size());
            case Objective.ObjectDetection(DetectorSettings settings) ->
                DetectorArchitectures.named(architecture, concepts.size(), settings.head(concepts.size()));
        };
    }

    /** How its logits become probabilities; nothing if it does not answer with those. */
    public Optional<Activation> probabilities() {
        return objective instanceof Objective.Classification(Activation activation)
                ? Optional.of(activation)
                : Optional.empty();
    }
}
