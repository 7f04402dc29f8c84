package io.deeptrain.scheduler.queue;

import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import java.time.Duration;

/** A job that runs or wants to. */
public sealed interface Contender {
    JobId jobId();

    Tenant tenant();

    Shape shape();

    Standing standing();

    /** Waits, and does not fit. */
    record Claimant(JobId jobId, Tenant tenant, Shape shape, Standing standing) implements Contender {}

    /**
     * Runs, and could make room.
     *
     * @param ranFor how long this attempt has
     * @param unsaved the work since its last checkpoint
     * @param preemptions how often it has made room already
     */
    record Holder(
            JobId jobId,
            Tenant tenant,
            Shape shape,
            Standing standing,
            Duration ranFor,
            Duration unsaved,
            int preemptions)
            implements Contender {}
}
