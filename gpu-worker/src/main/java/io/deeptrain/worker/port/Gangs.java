package io.deeptrain.worker.port;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Puts the training of one network on several devices. */
public interface Gangs {
    /** Where there is but one device. */
    Gangs NONE = (assignment, _, _, _, _, _) -> {
        throw new IllegalStateException("no gang for %s, which wants %d GPUs"
                .formatted(assignment.jobId(), assignment.spec().gpus()));
    };

    /**
     * A learner in this state, its optimizer at rest, on as many devices as the assignment has GPUs. Its answers are
     * those of one device; to close it ends what was started for it.
     *
     * @param places of the GPUs that the ranks of this worker get, by rank
     * @param isWanted asked now and then, while ranks of other workers are waited for, whether that is still wanted
     * @throws RankLostException if not all ranks come, and later, from whatever the learner does, when one is lost
     */
    Learner learner(
            AttemptAssigned assignment,
            List<Integer> places,
            Network network,
            Recipe recipe,
            List<Tensor> state,
            BooleanSupplier isWanted);
}
