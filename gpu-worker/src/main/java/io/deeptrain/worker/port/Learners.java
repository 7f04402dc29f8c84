package io.deeptrain.worker.port;

import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import java.util.List;

/** Puts networks on a device. */
public interface Learners {
    /** A learner in this state, its optimizer at rest. */
    Learner learner(Network network, Recipe recipe, List<Tensor> state);

    /** Memory of the device that networks are put on, in bytes, whoever uses how much of it now. */
    long memoryBytes();

    /** A network in this state that only answers. */
    Predictor predictor(Network network, List<Tensor> state);
}
