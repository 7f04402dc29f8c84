package io.deeptrain.scheduler.queue;

import java.time.Duration;

/**
 * The work that a job is expected to have left, in GPUs times milliseconds.
 *
 * <p>As long as the estimate may be right, that is what it leaves. Once a job has shown that it was wrong by more than
 * half, or if there is none, it is expected to need as much again as it has had: least attained service first, in GPUs
 * times time, as Tiresias has it (Gu and others, NSDI 2019).
 */
public record RemainingWork(long gpuMillis) {
    /** An estimate that is exceeded by this factor was wrong by more than half. */
    public static final double ESTIMATE_ERROR_MAX = 1.5;

    public RemainingWork {
        if (gpuMillis < 0) {
            throw new IllegalArgumentException("remaining work is negative: " + gpuMillis);
        }
    }

    /**
     * What is left after what was attained.
     *
     * @param estimate for the whole job on its GPUs, zero if there is none
     * @param attained what the job has had so far that is not lost
     */
    public static RemainingWork of(Duration estimate, Duration attained, int gpus) {
        long expected = estimate.toMillis();
        long had = Math.max(0, attained.toMillis());
        boolean isTrusted = expected > 0 && had <= expected * ESTIMATE_ERROR_MAX;
        return new RemainingWork((isTrusted ? Math.max(0, expected - had) : had) * gpus);
    }
}
