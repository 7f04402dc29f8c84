package io.deeptrain.worker.port;

import io.deeptrain.worker.network.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Weights that networks have learned before, as they come with the worker or its operator has them. */
public interface PretrainedWeights {
    /** Has none. */
    PretrainedWeights NONE = (_, _) -> Optional.empty();

    /**
     * The tensors of one set of weights; nothing if there is no such set.
     *
     * @param name as a hyperparameter calls it, as in {@code ImageNet-1k}
     * @param architecture whose they are
     * @throws CorruptObjectException if they are there and not what they were said to be
     */
    Optional<List<Tensor>> find(String name, String architecture) throws IOException, CorruptObjectException;

    /** These, and the others' where these are none. */
    default PretrainedWeights or(PretrainedWeights others) {
        return (name, architecture) -> {
            Optional<List<Tensor>> found = find(name, architecture);
            return found.isPresent() ? found : others.find(name, architecture);
        };
    }
}
