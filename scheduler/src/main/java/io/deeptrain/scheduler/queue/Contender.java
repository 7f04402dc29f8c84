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
     * @param gpusHere those of its GPUs that are in the place where room is made
     */
    record Holder(
            JobId jobId,
            Tenant tenant,
            Shape shape,
            Standing standing,
            Duration ranFor,
            Duration unsaved,
            int preemptions,
            int gpusHere)
            implements Contender {
        /** All of it is in one place. */
        public Holder(
                JobId jobId,
                Tenant tenant,
                Shape shape,
                Standing standing,
                Duration ranFor,
                Duration unsaved,
                int preemptions) {
            this(jobId, tenant, shape, standing, ranFor, unsaved, preemptions, shape.gpus());
        }
    }
}
