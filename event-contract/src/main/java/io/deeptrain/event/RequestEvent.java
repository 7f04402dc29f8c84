package io.deeptrain.event;

import java.time.Duration;
import java.time.Instant;

/**
 * What the front door asks of the scheduler. All of a job's requests have the job's key, so that neither a stop nor a
 * cancel can overtake the request that it is about.
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
     * The tenant is content with what there is: the training ends, and what it has learned is kept. Unlike a cancel it
     * promises nothing: it changes nothing for a job that has finished meanwhile, and a cancel may still follow.
     */
    record TrainingStopRequested(JobId jobId, Instant requestedAt) implements RequestEvent {}

    /**
     * A budget of the tenant is used up: the training ends, and what it has learned is kept. Otherwise as
     * {@link TrainingStopRequested}; of the two a job is told one.
     */
    record TrainingBudgetReached(JobId jobId, Instant reachedAt) implements RequestEvent {}

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
