package io.deeptrain.worker.network;

import java.util.List;

/**
 * Everything that a step of learning changes: the tensors of a network in the network's order, and the optimizer's
 * momentum for each parameter, under the parameter's name.
 */
public record LearnerState(List<Tensor> network, List<Tensor> momentum) {
    public LearnerState {
        network = List.copyOf(network);
        momentum = List.copyOf(momentum);
    }
}
