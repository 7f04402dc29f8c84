package io.deeptrain.event;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One entry of a job's history, which the scheduler alone writes. {@code sequence} counts a job's entries from 1
 * without a gap; a reader drops what it has seen. {@code occurredAt} is the database's clock at the commit.
 *
 * <pre>
 * JobQueued    -> JobAssigned | JobCancelled | JobFinishing
 * JobAssigned  -> JobStarted | JobRequeued | JobCancelling | JobFinishing
 * JobStarted   -> JobCheckpointed* -> JobRequeued | JobCancelling | JobFinishing
 * JobRequeued  -> JobAssigned | JobCancelled | JobFinishing
 * JobCancelling -> JobCancelled
 * JobFinishing -> JobSucceeded | JobFailed | JobCancelled
 * </pre>
 */
public sealed interface JobEvent extends Event {
    JobId jobId();

    long sequence();

    Instant occurredAt();

    @Override
    default String partitionKey() {
        return jobId().value();
    }

    @Override
    default String factKey() {
        return jobId() + "/" + sequence();
    }

    @Override
    default String subject() {
        return "jobs/" + jobId();
    }

    /** Ends the history. */
    sealed interface Terminal extends JobEvent {}

    /**
     * The job exists and waits. Carries all that billing and outside readers need to know about it.
     *
     * @param gpuMilli thousandths of a GPU that it asks for and pays for, if it asks for a slice of one
     */
    record JobQueued(
            JobId jobId,
            long sequence,
            Instant occurredAt,
            Tenant tenant,
            ModelId modelId,
            ModelVersionId modelVersionId,
            String modelTypeId,
            String template,
            int gpus,
            Rate rate,
            CostCap cap,
            Duration estimate,
            Optional<Integer> gpuMilli)
            implements JobEvent {
        public JobQueued {
            if (gpuMilli.filter(milli -> milli < 1 || milli >= GpuShare.WHOLE).isPresent()) {
                throw new IllegalArgumentException(
                        "gpu_milli must be 1 to 999, or absent for whole GPUs: " + gpuMilli.get());
            }
            if (gpuMilli.isPresent() && gpus != 1) {
                throw new IllegalArgumentException(
                        "gpus must be 1 of a job with gpu_milli %d: %d".formatted(gpuMilli.get(), gpus));
            }
        }

        /** On whole GPUs. */
        public JobQueued(
                JobId jobId,
                long sequence,
                Instant occurredAt,
                Tenant tenant,
                ModelId modelId,
                ModelVersionId modelVersionId,
                String modelTypeId,
                String template,
                int gpus,
                Rate rate,
                CostCap cap,
                Duration estimate) {
            this(
                    jobId,
                    sequence,
                    occurredAt,
                    tenant,
                    modelId,
                    modelVersionId,
                    modelTypeId,
                    template,
                    gpus,
                    rate,
                    cap,
                    estimate,
                    Optional.empty());
        }

        /** Thousandths of a GPU that each of its GPUs is. */
        public int milliOfEach() {
            return gpuMilli.orElse(GpuShare.WHOLE);
        }
    }

    /** A worker has a lease on the job, under a new fencing token. */
    record JobAssigned(
            JobId jobId, long sequence, Instant occurredAt, FencingToken attempt, WorkerId workerId, Origin origin)
            implements JobEvent {}

    /**
     * The meter of this attempt runs from {@code occurredAt}.
     *
     * @param gpus how many the attempt holds; absent in older entries: as many as were asked for
     */
    record JobStarted(
            JobId jobId, long sequence, Instant occurredAt, FencingToken attempt, Origin origin, Optional<Integer> gpus)
            implements JobEvent {
        public JobStarted {
            if (gpus.filter(held -> held < 1).isPresent()) {
                throw new IllegalArgumentException("an attempt holds at least one GPU: " + gpus.get());
            }
        }

        /** On as many GPUs as were asked for. */
        public JobStarted(JobId jobId, long sequence, Instant occurredAt, FencingToken attempt, Origin origin) {
            this(jobId, sequence, occurredAt, attempt, origin, Optional.empty());
        }

        /** On so many GPUs. */
        public JobStarted(
                JobId jobId, long sequence, Instant occurredAt, FencingToken attempt, Origin origin, int gpus) {
            this(jobId, sequence, occurredAt, attempt, origin, Optional.of(gpus));
        }

        /** How many the attempt holds of a job that asked for so many. */
        public int gpusOf(int asked) {
            return gpus.map(held -> Math.min(held, asked)).orElse(asked);
        }
    }

    /** What a later attempt would resume from. */
    record JobCheckpointed(JobId jobId, long sequence, Instant occurredAt, Checkpoint checkpoint) implements JobEvent {}

    /**
     * The attempt is over, the job is not: it waits again. Its meter stopped at {@code occurredAt} at the latest.
     *
     * @param readingMillis the largest accepted reading of the attempt, 0 if its meter never started
     * @param notBefore the next attempt starts no earlier
     */
    record JobRequeued(
            JobId jobId,
            long sequence,
            Instant occurredAt,
            FencingToken attempt,
            RequeueCause cause,
            String detail,
            long readingMillis,
            Instant notBefore)
            implements JobEvent {}

    /** Why a job waits again. None of them is the tenant's fault. */
    enum RequeueCause {
        /** The worker stopped renewing its lease, or came back as another incarnation. */
        LEASE_LAPSED,
        /** The worker reported a failure that is not the tenant's. */
        ATTEMPT_FAILED,
        /** No step was completed for too long. */
        STALLED,
        /** Another job needed the GPU, or the worker is drained. */
        PREEMPTED
    }

    /**
     * The tenant cancelled while an attempt was under way; it is being stopped. Nothing after {@code cancelledAt} is
     * billed.
     */
    record JobCancelling(JobId jobId, long sequence, Instant occurredAt, FencingToken attempt, Instant cancelledAt)
            implements JobEvent {}

    /**
     * The attempts are over and so is their meter; the front door is asked whether the tenant cancelled before. This is
     * what makes an acknowledged cancel win against a success that was already under way.
     */
    record JobFinishing(JobId jobId, long sequence, Instant occurredAt, FencingToken attempt, long readingMillis)
            implements JobEvent {}

    record JobSucceeded(
            JobId jobId,
            long sequence,
            Instant occurredAt,
            FencingToken attempt,
            StoredObject model,
            Map<String, Double> metrics,
            Completion completion,
            long readingMillis)
            implements Terminal {
        public JobSucceeded {
            metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
        }
    }

    /** {@code attempt} is {@link FencingToken#NONE} when there never was one. */
    record JobFailed(
            JobId jobId,
            long sequence,
            Instant occurredAt,
            FencingToken attempt,
            Fault fault,
            String code,
            String message,
            long readingMillis)
            implements Terminal {}

    /** {@code attempt} is {@link FencingToken#NONE} when there never was one; then the reading is 0. */
    record JobCancelled(
            JobId jobId,
            long sequence,
            Instant occurredAt,
            FencingToken attempt,
            Instant cancelledAt,
            long readingMillis)
            implements Terminal {}
}
