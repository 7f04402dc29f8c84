package io.deeptrain.worker.attempt;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.Completion;

/**
 * What the protocol tells the trainer. The trainer ignores an order for an attempt that it does not have, so that an
 * order which crosses a report on its way does no harm.
 */
public sealed interface TrainerOrder {
    AttemptId attempt();

    /** Fetch and check the data, load the weights, then report {@link TrainerReport.Prepared}. */
    record Prepare(AttemptAssigned assignment) implements TrainerOrder {
        @Override
        public AttemptId attempt() {
            return AttemptId.of(assignment);
        }
    }

    /** Train: the meter runs. */
    record Begin(AttemptId attempt) implements TrainerOrder {}

    /**
     * Train no further: evaluate, publish, report {@link TrainerReport.Finished} with this completion. Who still
     * prepares reads no more than that takes, and waits for {@link Begin}.
     */
    record FinishEarly(AttemptId attempt, Completion completion) implements TrainerOrder {}

    /** Save a checkpoint, then report {@link TrainerReport.Released}. */
    record SaveAndStop(AttemptId attempt) implements TrainerOrder {}

    /** Stop within a batch, keep nothing, report {@link TrainerReport.Released}. */
    record StopNow(AttemptId attempt) implements TrainerOrder {}
}
