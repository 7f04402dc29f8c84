package io.deeptrain.worker.port;

import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import java.util.List;

/** Puts networks on a device. */
public interface Learners {
    /** The same on the GPU of this place; of a machine with one device, or none, on that. */
    default Learners on(int place) {
        return this;
    }

    /** A learner in this state, its optimizer at rest, that learns by itself. */
    default Learner learner(Network network, Recipe recipe, List<Tensor> state) {
        return learner(network, recipe, state, GradientExchange.NONE);
    }

    /** One rank's learner. What a step changes is the same on all ranks; the exchange stays open. */
    Learner learner(Network network, Recipe recipe, List<Tensor> state, GradientExchange exchange);

    /** How exactly networks learn there: in 32 bits, unless it says otherwise. */
    default Precision precision() {
        return Precision.FP32;
    }

    /**
     * Memory of the device that networks are put on, in bytes, without what this process keeps for other things,
     * whoever uses how much of it now.
     */
    long memoryBytes();

    /** A network in this state that only answers. */
    Predictor predictor(Network network, List<Tensor> state);

    /** How many of those are open, on whatever device: memory that they hold is not for the networks that learn. */
    default int predictors() {
        return 0;
    }
}
