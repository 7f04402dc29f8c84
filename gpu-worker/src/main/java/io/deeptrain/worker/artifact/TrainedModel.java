package io.deeptrain.worker.artifact;

import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Objective;
import java.util.List;

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
}
