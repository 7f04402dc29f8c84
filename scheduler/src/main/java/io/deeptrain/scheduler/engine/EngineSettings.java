package io.deeptrain.scheduler.engine;

import io.deeptrain.scheduler.job.RetryPolicy;
import io.deeptrain.scheduler.job.StallPolicy;
import io.deeptrain.scheduler.placement.QuarantineRule;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.QueueSettings;
import java.time.Duration;

/**
 * What an operator may choose about the engine.
 *
 * @param leaseTerm a worker that was not heard for so much heard time loses what it holds
 * @param resendAfter an assignment or a stop that was not acknowledged is sent again after so long, again and again
 * @param endedKeptMax so many ended jobs are remembered, the newest, so that a request which is delivered again does
 *     not start a job again
 * @param queues what each tenant is owed and may have, and how long jobs can be passed by others
 * @param preemption which jobs make room for others
 * @param quarantine when workers that lose attempts get no new ones
 * @param impossibleAfter a job fails that could not have run for so long, whatever else runs
 * @param sharedWorkers whether a worker with several GPUs runs several attempts at once; if not, an attempt has the
 *     worker to itself, however few of its GPUs it needs
 */
public record EngineSettings(
        Duration leaseTerm,
        Duration resendAfter,
        RetryPolicy retry,
        StallPolicy stall,
        int endedKeptMax,
        QueueSettings queues,
        Preemption preemption,
        QuarantineRule quarantine,
        Duration impossibleAfter,
        boolean sharedWorkers) {
    private static final Duration IMPOSSIBLE_AFTER = Duration.ofMinutes(30);

    public static final EngineSettings STANDARD = new EngineSettings(
            Duration.ofSeconds(8),
            Duration.ofSeconds(2),
            RetryPolicy.STANDARD,
            StallPolicy.STANDARD,
            100_000,
            QueueSettings.STANDARD,
            Preemption.STANDARD);

    public EngineSettings {
        if (!leaseTerm.isPositive() || !resendAfter.isPositive()) {
            throw new IllegalArgumentException(
                    "lease term and resend time must be positive: %s, %s".formatted(leaseTerm, resendAfter));
        }
        if (!impossibleAfter.isPositive()) {
            throw new IllegalArgumentException("a job cannot fail before it waits: " + impossibleAfter);
        }
        if (endedKeptMax < 0) {
            throw new IllegalArgumentException("cannot remember a negative number of jobs: " + endedKeptMax);
        }
    }

    /** The standard for bad workers and impossible jobs, and workers that are shared. */
    public EngineSettings(
            Duration leaseTerm,
            Duration resendAfter,
            RetryPolicy retry,
            StallPolicy stall,
            int endedKeptMax,
            QueueSettings queues,
            Preemption preemption) {
        this(
                leaseTerm,
                resendAfter,
                retry,
                stall,
                endedKeptMax,
                queues,
                preemption,
                QuarantineRule.STANDARD,
                IMPOSSIBLE_AFTER,
                true);
    }

    public EngineSettings withLeaseTerm(Duration term) {
        return new EngineSettings(
                term,
                resendAfter,
                retry,
                stall,
                endedKeptMax,
                queues,
                preemption,
                quarantine,
                impossibleAfter,
                sharedWorkers);
    }

    public EngineSettings withQueues(QueueSettings newQueues) {
        return new EngineSettings(
                leaseTerm,
                resendAfter,
                retry,
                stall,
                endedKeptMax,
                newQueues,
                preemption,
                quarantine,
                impossibleAfter,
                sharedWorkers);
    }

    public EngineSettings withPreemption(Preemption newPreemption) {
        return new EngineSettings(
                leaseTerm,
                resendAfter,
                retry,
                stall,
                endedKeptMax,
                queues,
                newPreemption,
                quarantine,
                impossibleAfter,
                sharedWorkers);
    }

    public EngineSettings withQuarantine(QuarantineRule newQuarantine) {
        return new EngineSettings(
                leaseTerm,
                resendAfter,
                retry,
                stall,
                endedKeptMax,
                queues,
                preemption,
                newQuarantine,
                impossibleAfter,
                sharedWorkers);
    }

    public EngineSettings withImpossibleAfter(Duration newImpossibleAfter) {
        return new EngineSettings(
                leaseTerm,
                resendAfter,
                retry,
                stall,
                endedKeptMax,
                queues,
                preemption,
                quarantine,
                newImpossibleAfter,
                sharedWorkers);
    }

    public EngineSettings withSharedWorkers(boolean newSharedWorkers) {
        return new EngineSettings(
                leaseTerm,
                resendAfter,
                retry,
                stall,
                endedKeptMax,
                queues,
                preemption,
                quarantine,
                impossibleAfter,
                newSharedWorkers);
    }

    /** How many GPUs of a worker nobody else can have while it runs an attempt that needs so many. */
    public int occupied(int gpusNeeded, int gpusOfWorker) {
        return sharedWorkers ? gpusNeeded : Math.max(gpusNeeded, gpusOfWorker);
    }
}
