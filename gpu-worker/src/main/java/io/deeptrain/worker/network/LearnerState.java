package io.deeptrain.worker.network;

import java.util.List;

/**
 * Everything that a step of learning changes: the tensors of a network in the network's order, what the optimizer keeps
 * for each parameter, in the optimizer's, and how the loss is scaled where it has to be.
 */
public record LearnerState(List<Tensor> network, List<Tensor> optimizer, LossScale lossScale) {
    public LearnerState {
        network = List.copyOf(network);
        optimizer = List.copyOf(optimizer);
    }

    /** Of a learner that has scaled no loss. */
    public LearnerState(List<Tensor> network, List<Tensor> optimizer) {
        this(network, optimizer, LossScale.START);
    }
}
