package io.deeptrain.scheduler.engine;

import io.deeptrain.scheduler.job.RetryPolicy;
import io.deeptrain.scheduler.job.StallPolicy;
import io.deeptrain.scheduler.placement.QuarantineRule;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.QueueSettings;
import java.time.Duration;
import java.util.function.Consumer;

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
 * @param runTimeMax a training whose attempts have run for so long together ends and keeps what it has learned
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
        Duration runTimeMax,
        boolean sharedWorkers) {
    /** Longer than anything runs. */
    public static final Duration FOR_EVER = Duration.ofDays(36_500);

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
        if (!runTimeMax.isPositive()) {
            throw new IllegalArgumentException("a training must be let run: " + runTimeMax);
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
                FOR_EVER,
                true);
    }

    /** What the service has where an operator has written nothing: workers that run one attempt at a time. */
    public static EngineSettings ofService(Duration leaseTerm) {
        return STANDARD.withLeaseTerm(leaseTerm).withSharedWorkers(false);
    }

    public EngineSettings withLeaseTerm(Duration term) {
        return with(draft -> draft.leaseTerm = term);
    }

    public EngineSettings withQueues(QueueSettings newQueues) {
        return with(draft -> draft.queues = newQueues);
    }

    public EngineSettings withPreemption(Preemption newPreemption) {
        return with(draft -> draft.preemption = newPreemption);
    }

    public EngineSettings withQuarantine(QuarantineRule newQuarantine) {
        return with(draft -> draft.quarantine = newQuarantine);
    }

    public EngineSettings withImpossibleAfter(Duration newImpossibleAfter) {
        return with(draft -> draft.impossibleAfter = newImpossibleAfter);
    }

    public EngineSettings withRunTimeMax(Duration newRunTimeMax) {
        return with(draft -> draft.runTimeMax = newRunTimeMax);
    }

    public EngineSettings withSharedWorkers(boolean newSharedWorkers) {
        return with(draft -> draft.sharedWorkers = newSharedWorkers);
    }

    private EngineSettings with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.finished();
    }

    /** How many GPUs of a worker nobody else can have while it runs an attempt that needs so many. */
    public int occupied(int gpusNeeded, int gpusOfWorker) {
        return sharedWorkers ? gpusNeeded : Math.max(gpusNeeded, gpusOfWorker);
    }

    /** Settings of which some are still to be chosen. */
    private static final class Draft {
        private final EngineSettings chosen;
        private Duration leaseTerm;
        private QueueSettings queues;
        private Preemption preemption;
        private QuarantineRule quarantine;
        private Duration impossibleAfter;
        private Duration runTimeMax;
        private boolean sharedWorkers;

        Draft(EngineSettings chosen) {
            this.chosen = chosen;
            leaseTerm = chosen.leaseTerm;
            queues = chosen.queues;
            preemption = chosen.preemption;
            quarantine = chosen.quarantine;
            impossibleAfter = chosen.impossibleAfter;
            runTimeMax = chosen.runTimeMax;
            sharedWorkers = chosen.sharedWorkers;
        }

        EngineSettings finished() {
            return new EngineSettings(
                    leaseTerm,
                    chosen.resendAfter,
                    chosen.retry,
                    chosen.stall,
                    chosen.endedKeptMax,
                    queues,
                    preemption,
                    quarantine,
                    impossibleAfter,
                    runTimeMax,
                    sharedWorkers);
        }
    }
}
