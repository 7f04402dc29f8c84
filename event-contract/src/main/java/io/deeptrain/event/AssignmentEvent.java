package io.deeptrain.event;

import java.util.Optional;

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

    /** What a worker is to run. */
    sealed interface Work extends AssignmentEvent {}

    /**
     * Run this attempt.
     *
     * @param span if other workers run ranks of it too: this one has rank 0 and those that follow it
     */
    record AttemptAssigned(
            JobId jobId,
            FencingToken attempt,
            WorkerId workerId,
            IncarnationId incarnation,
            Tenant tenant,
            TrainingSpec spec,
            Origin origin,
            Optional<Span> span)
            implements Work {
        /** Of an attempt on one worker. */
        public AttemptAssigned(
                JobId jobId,
                FencingToken attempt,
                WorkerId workerId,
                IncarnationId incarnation,
                Tenant tenant,
                TrainingSpec spec,
                Origin origin) {
            this(jobId, attempt, workerId, incarnation, tenant, spec, origin, Optional.empty());
        }

        /** How many of its ranks are this worker's. */
        public int gpusHere() {
            return spec.gpus() - span.map(Span::gpus).orElse(0);
        }

        @Override
        public String factKey() {
            return jobId + "/" + attempt;
        }
    }

    /**
     * Run these ranks of an attempt that another worker leads, a process for each GPU. They do what rank 0 tells them
     * and end with it. Nothing in it is secret: the workers know by themselves how ranks prove who they are.
     *
     * @param firstRank of this worker; the others follow it
     * @param gpus how many ranks it runs
     * @param ranks how many there are in all
     * @param rendezvous where rank 0 waits for them, as its worker's beats say
     */
    record RanksAssigned(
            JobId jobId,
            FencingToken attempt,
            WorkerId workerId,
            IncarnationId incarnation,
            int firstRank,
            int gpus,
            int ranks,
            String rendezvous)
            implements Work {
        public RanksAssigned {
            if (firstRank < 1 || gpus < 1 || firstRank + gpus > ranks) {
                throw new IllegalArgumentException(
                        "ranks must lie between 1 and %d: %d from %d on".formatted(ranks - 1, gpus, firstRank));
            }
        }

        @Override
        public String factKey() {
            return jobId + "/" + attempt + "/" + firstRank;
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
