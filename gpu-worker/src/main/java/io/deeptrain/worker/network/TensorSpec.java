package io.deeptrain.worker.network;

import java.util.List;

/**
 * Name and shape of one tensor of a network's state.
 *
 * @param name speaking and stable, as in {@code layer1.0.conv1.weight}: weights are imported by it
 * @param role whether gradients reach it
 * @param part of the network, that it belongs to
 */
public record TensorSpec(String name, List<Integer> shape, Role role, Start start, Part part) {
    /** What becomes of a tensor in training. */
    public enum Role {
        /** Changed by the optimizer. */
        PARAMETER,
        /** Followed by the network itself, as the running mean of a normalisation. */
        BUFFER
    }

    /** The value before the first step. */
    public sealed interface Start {
        /** Keeps the variance of what goes through a layer with a ReLU, He et al. 2015. */
        double HE_GAIN = 2;

        /** Keeps the variance of what goes through a layer without one. */
        double LINEAR_GAIN = 1;

        record Constant(float value) implements Start {}

        /** Normally distributed with variance {@code gain / fanIn}. */
        record Normal(double gain, int fanIn) implements Start {}
    }

    public TensorSpec {
        shape = List.copyOf(shape);
    }

    public int size() {
        return shape.stream().reduce(1, Math::multiplyExact);
    }
}
