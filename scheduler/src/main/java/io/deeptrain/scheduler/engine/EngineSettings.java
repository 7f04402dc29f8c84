package io.deeptrain.scheduler.engine;

import io.deeptrain.scheduler.job.RetryPolicy;
import io.deeptrain.scheduler.job.StallPolicy;
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
 */
public record EngineSettings(
        Duration leaseTerm,
        Duration resendAfter,
        RetryPolicy retry,
        StallPolicy stall,
        int endedKeptMax,
        QueueSettings queues,
        Preemption preemption) {
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
        if (endedKeptMax < 0) {
            throw new IllegalArgumentException("cannot remember a negative number of jobs: " + endedKeptMax);
        }
    }

    public EngineSettings withLeaseTerm(Duration term) {
        return new EngineSettings(term, resendAfter, retry, stall, endedKeptMax, queues, preemption);
    }

    public EngineSettings withQueues(QueueSettings newQueues) {
        return new EngineSettings(leaseTerm, resendAfter, retry, stall, endedKeptMax, newQueues, preemption);
    }

    public EngineSettings withPreemption(Preemption newPreemption) {
        return new EngineSettings(leaseTerm, resendAfter, retry, stall, endedKeptMax, queues, newPreemption);
    }
}
