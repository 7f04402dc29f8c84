package io.deeptrain.worker.port;

import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Objective;
import java.util.List;

/** Makes learners. */
public interface Learners {
    /** A learner in this state, its optimizer at rest. */
    Learner learner(Network network, Objective objective, List<Tensor> state);
}
