package io.deeptrain.worker.port;

import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import java.util.List;

/** Makes learners. */
public interface Learners {
    /** A learner in this state, its optimizer at rest. */
    Learner learner(Network network, Activation activation, List<Tensor> state);
}
