package io.deeptrain.worker.attempt;

import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StoredObject;
import java.util.Map;

/** What happened in the trainer. {@link Ended} reports are the last about their attempt: the GPU is free again. */
public sealed interface TrainerReport {
    AttemptId attempt();

    /** The last word about an attempt. */
    sealed interface Ended extends TrainerReport {}

    /** Ready to begin. {@code origin} is where it really begins, not where it was asked to. */
    record Prepared(AttemptId attempt, Origin origin, long inputsRead, long inputsInvalid) implements TrainerReport {}

    record Advanced(AttemptId attempt, Progress progress) implements TrainerReport {}

    /**
     * A checkpoint is durable.
     *
     * @param takenAtMillis the monotonic clock when the state was copied, before it was written
     */
    record CheckpointWritten(AttemptId attempt, int epoch, long step, long takenAtMillis, StoredObject object)
            implements TrainerReport {}

    /** The model is published. */
    record Finished(AttemptId attempt, StoredObject model, Map<String, Double> metrics, Completion completion)
            implements Ended {
        public Finished {
            metrics = Map.copyOf(metrics);
        }
    }

    record Failed(AttemptId attempt, Fault fault, String code, String message) implements Ended {}

    /** Stopped as ordered. */
    record Released(AttemptId attempt) implements Ended {}
}
