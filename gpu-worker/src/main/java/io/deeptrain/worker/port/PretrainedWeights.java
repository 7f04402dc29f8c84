package io.deeptrain.worker.port;

import io.deeptrain.worker.network.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Weights that networks have learned before, as the operator of the worker has them. */
public interface PretrainedWeights {
    /** Has none. */
    PretrainedWeights NONE = (_, _) -> Optional.empty();

    /**
     * The tensors of one set of weights; nothing if the operator has no such set.
     *
     * @param name as a hyperparameter calls it, as in {@code ImageNet-1k}
     * @param architecture whose they are
     * @throws CorruptObjectException if they are there and not what the operator said they would be
     */
    Optional<List<Tensor>> find(String name, String architecture) throws IOException, CorruptObjectException;
}
