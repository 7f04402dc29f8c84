package io.deeptrain.worker.network;

import java.util.List;

/**
 * Name and shape of one tensor of a network's state.
 *
 * @param role whether gradients reach it
 */
public record TensorSpec(String name, List<Integer> shape, Role role, Start start) {
    /** What becomes of a tensor in training. */
    public enum Role {
        /** Changed by the optimizer. */
        PARAMETER,
        /** Followed by the network itself, as the running mean of a normalisation. */
        BUFFER
    }

    /** The value before the first step. */
    public sealed interface Start {
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
