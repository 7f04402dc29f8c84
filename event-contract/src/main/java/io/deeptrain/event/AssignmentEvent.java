package io.deeptrain.event;

/**
 * What the scheduler asks of one worker. It is sent again, as the same fact, until the worker's beats or attempt events
 * show that it was heard.
 */
public sealed interface AssignmentEvent extends Event {
    JobId jobId();

    FencingToken attempt();

    WorkerId workerId();

    /** The start of the worker that is meant; any other ignores it. */
    IncarnationId incarnation();

    @Override
    default String partitionKey() {
        return workerId().value();
    }

    @Override
    default String subject() {
        return "jobs/" + jobId() + "/attempts/" + attempt();
    }

    /** Run this attempt. */
    record AttemptAssigned(
            JobId jobId,
            FencingToken attempt,
            WorkerId workerId,
            IncarnationId incarnation,
            Tenant tenant,
            TrainingSpec spec,
            Origin origin)
            implements AssignmentEvent {
        @Override
        public String factKey() {
            return jobId + "/" + attempt;
        }
    }

    /** Stop this attempt. */
    record AttemptStopRequested(
            JobId jobId, FencingToken attempt, WorkerId workerId, IncarnationId incarnation, StopReason reason)
            implements AssignmentEvent {
        @Override
        public String factKey() {
            return jobId + "/" + attempt + "/" + reason;
        }
    }
}
