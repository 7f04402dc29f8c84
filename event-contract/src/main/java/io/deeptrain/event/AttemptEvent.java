package io.deeptrain.event;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a worker says about the attempt that it runs. {@code readingMillis} is the attempt's cumulative meter: the
 * milliseconds, by the worker's monotonic clock, since it reported {@link AttemptStarted}. The server keeps the
 * largest.
 */
public sealed interface AttemptEvent extends Event {
    JobId jobId();

    FencingToken attempt();

    WorkerId workerId();

    @Override
    default String partitionKey() {
        return jobId().value();
    }

    @Override
    default String factKey() {
        return jobId() + "/" + attempt();
    }

    @Override
    default String subject() {
        return "jobs/" + jobId() + "/attempts/" + attempt();
    }

    /**
     * How far an attempt has come that prepares: about once a second as long as there is something new, and every ten
     * seconds if there is not. {@code number} counts these reports of the attempt from 1. Whoever says this says it
     * again and again until {@link AttemptStarted}, so that an attempt which hangs before that is noticed.
     *
     * @param inputsRead inputs that were fetched and looked at, readable or not
     * @param inputs how many there are; an attempt that is to finish early does not read all of them
     */
    record InputsRead(JobId jobId, FencingToken attempt, WorkerId workerId, long number, long inputsRead, long inputs)
            implements AttemptEvent {
        public InputsRead {
            if (inputsRead < 0) {
                throw new IllegalArgumentException("inputs read are negative: " + inputsRead);
            }
        }

        @Override
        public String factKey() {
            return jobId + "/" + attempt + "/" + number;
        }
    }

    /**
     * The GPU is held, the data is checked, the weights are loaded: the meter starts. A worker that could not read the
     * checkpoint which it was given says so by another {@code origin}.
     */
    record AttemptStarted(
            JobId jobId, FencingToken attempt, WorkerId workerId, Origin origin, long inputsRead, long inputsInvalid)
            implements AttemptEvent {}

    /** About once a second. {@code number} counts the reports of this attempt from 1. */
    record ProgressReported(
            JobId jobId, FencingToken attempt, WorkerId workerId, long number, Progress progress, long readingMillis)
            implements AttemptEvent {
        @Override
        public String factKey() {
            return jobId + "/" + attempt + "/" + number;
        }
    }

    /** The checkpoint is durable in the object store. */
    record CheckpointSaved(JobId jobId, FencingToken attempt, WorkerId workerId, Checkpoint checkpoint)
            implements AttemptEvent {
        @Override
        public String factKey() {
            return jobId + "/" + attempt + "/" + checkpoint.number();
        }
    }

    /** Trained, evaluated and published. It becomes the version's model when the scheduler says so. */
    record AttemptSucceeded(
            JobId jobId,
            FencingToken attempt,
            WorkerId workerId,
            StoredObject model,
            Map<String, Double> metrics,
            Completion completion,
            long readingMillis)
            implements AttemptEvent {
        public AttemptSucceeded {
            metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
        }
    }

    /**
     * Gave up.
     *
     * @param code stable, as in {@code DATA_TOLERANCE_EXCEEDED}
     * @param message for the tenant: names the thing, the value and what would be right
     * @param readingMillis 0 if the meter never started
     */
    record AttemptFailed(
            JobId jobId,
            FencingToken attempt,
            WorkerId workerId,
            Fault fault,
            String code,
            String message,
            long readingMillis)
            implements AttemptEvent {}

    /** Stopped as asked, with no model. */
    record AttemptStopped(JobId jobId, FencingToken attempt, WorkerId workerId, StopReason reason, long readingMillis)
            implements AttemptEvent {}
}
