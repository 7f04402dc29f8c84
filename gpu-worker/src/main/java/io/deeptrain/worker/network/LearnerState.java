package io.deeptrain.worker.network;

import java.util.List;

/**
 * Everything that a step of learning changes: the tensors of a network in the network's order, and what the optimizer
 * keeps for each parameter, in the optimizer's.
 */
public record LearnerState(List<Tensor> network, List<Tensor> optimizer) {
    public LearnerState {
        network = List.copyOf(network);
        optimizer = List.copyOf(optimizer);
    }
}
