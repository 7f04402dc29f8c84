package io.deeptrain.event;

import java.time.Duration;
import java.time.Instant;

/**
 * What the front door asks of the scheduler. All of a job's requests have the job's key, so that a cancel cannot
 * overtake the request that it cancels.
 */
public sealed interface RequestEvent extends Event {
    JobId jobId();

    @Override
    default String partitionKey() {
        return jobId().value();
    }

    @Override
    default String factKey() {
        return jobId().value();
    }

    @Override
    default String subject() {
        return "jobs/" + jobId();
    }

    /** A tenant pressed Train and the front door accepted. */
    record TrainingRequested(
            JobId jobId,
            Tenant tenant,
            ModelId modelId,
            ModelVersionId modelVersionId,
            TrainingSpec spec,
            Rate rate,
            CostCap cap,
            Duration estimate,
            Instant requestedAt)
            implements RequestEvent {}

    /**
     * The tenant deleted the version. The bill stops at {@code cancelledAt}, the commit of the deletion by the
     * database's clock.
     */
    record TrainingCancelled(JobId jobId, Instant cancelledAt) implements RequestEvent {}

    /**
     * The answer to {@code JobFinishing}: no cancel was committed before {@code sealedAt} and none will be, so the
     * scheduler may end the job as it finished. A cancel that was committed first is on the topic before this would be.
     */
    record JobSealed(JobId jobId, Instant sealedAt) implements RequestEvent {}
}
