package io.deeptrain.worker.attempt;

import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.gpu.GpuHealth;
import java.util.List;
import java.util.Map;

/** What happened in the trainer. {@link Ended} reports are the last about their attempt: the GPU is free again. */
public sealed interface TrainerReport {
    AttemptId attempt();

    /** The last word about an attempt. */
    sealed interface Ended extends TrainerReport {}

    /** The attempt gets the GPUs of these places, by rank, of those that this worker has. */
    record Placed(AttemptId attempt, List<Integer> places) implements TrainerReport {
        public Placed {
            places = List.copyOf(places);
        }
    }

    /** While it prepares: so many inputs are fetched and looked at, readable or not. */
    record InputsRead(AttemptId attempt, long inputs) implements TrainerReport {}

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

    record Failed(AttemptId attempt, Fault fault, String code, String message) implements Ended {
        /** The code of an attempt that has no GPUs which can be relied on, or no longer. */
        public static final String GPU_BROKEN = "GPU_BROKEN";

        /** A worker that has GPUs left is not to be blamed: its beats say how many. */
        public static Failed gpuBroken(AttemptId attempt, GpuHealth health, String consequence) {
            return new Failed(
                    attempt,
                    health.places(1).isEmpty() ? Fault.PLATFORM : Fault.CAPACITY,
                    GPU_BROKEN,
                    String.join("; ", health.defects()) + consequence);
        }
    }

    /** Stopped as ordered. */
    record Released(AttemptId attempt) implements Ended {}
}
