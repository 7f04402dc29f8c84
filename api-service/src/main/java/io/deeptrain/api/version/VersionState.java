package io.deeptrain.api.version;

import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StoredObject;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a model version is in its life, as the front door knows it.
 *
 * <pre>
 * Untrained -- delete --> Gone
 * Waiting   -- JobAssigned --> Training
 * Training  -- JobRequeued --> Waiting
 * Training, Waiting with a checkpoint -- stop (tells the scheduler, once) --> the same, with the wish remembered
 * Waiting, Training -- delete (tells the scheduler) --> Cancelled
 * Waiting, Training -- JobFinishing (answers JobSealed) --> Sealed
 * Sealed    -- JobSucceeded --> Trained
 * Sealed    -- JobFailed    --> Failed
 * Sealed, Trained, Failed -- delete (tells nobody) --> Gone
 * </pre>
 */
public sealed interface VersionState {

    /** A version that was never trained, as every new model has one. */
    record Untrained() implements VersionState {}

    /**
     * The job waits for a worker, for the first time or again.
     *
     * @param percent how far it had come
     * @param checkpointed whether the next attempt has something to resume from
     * @param stopAsked whether the tenant wants no more training, and to keep what there is
     */
    record Waiting(JobId jobId, int percent, boolean checkpointed, boolean stopAsked) implements VersionState {}

    /**
     * A worker has the job.
     *
     * @param checkpointed whether a later attempt would have something to resume from
     * @param stopAsked whether the tenant wants no more training, and to keep what there is
     */
    record Training(JobId jobId, FencingToken attempt, int percent, Pace pace, boolean checkpointed, boolean stopAsked)
            implements VersionState {}

    /** The job has finished and no cancel came before: its end is certain, but not told yet. */
    record Sealed(JobId jobId, Instant sealedAt, int percent) implements VersionState {}

    record Trained(JobId jobId, StoredObject model, Map<String, Double> metrics, Instant completedAt)
            implements VersionState {
        public Trained {
            metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
        }
    }

    /** {@code message} is for the tenant. */
    record Failed(JobId jobId, Fault fault, String code, String message, Instant completedAt) implements VersionState {}

    /** The tenant deleted the version while its job was under way; the bill stops at {@code cancelledAt}. */
    record Cancelled(JobId jobId, Instant cancelledAt) implements VersionState {}

    /** Deleted, with nothing under way. */
    record Gone() implements VersionState {}

    /** How fast an attempt goes, from which the time left is told. */
    sealed interface Pace {
        record Unknown() implements Pace {}

        /** The attempt prepares, and has read so many of its inputs. */
        record Reading(long inputsRead, long inputs) implements Pace {}

        /** The first report of the attempt and the newest, with the meter at each. */
        record Measured(Progress first, long firstMillis, Progress newest, long newestMillis) implements Pace {}
    }
}
