package io.deeptrain.worker.artifact;

import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.Tensor;
import java.util.List;

/**
 * A model as it is published: what to compute, with which numbers, and what the answers mean.
 *
 * @param architecture a recipe that the worker knows, see {@link Architectures}
 */
public record TrainedModel(
        String architecture, List<String> concepts, int imageSize, Activation activation, List<Tensor> state) {
    public TrainedModel {
        concepts = List.copyOf(concepts);
        state = List.copyOf(state);
    }
}
