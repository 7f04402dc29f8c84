package io.deeptrain.scheduler.job;

import java.time.Duration;

/**
 * How often a job is tried again after an attempt was lost, and after what pause.
 *
 * @param lossesMax with this many lost attempts the job fails
 * @param backOffFirst the pause after the first loss; it doubles with each further one
 * @param backOffMax the longest pause
 */
public record RetryPolicy(int lossesMax, Duration backOffFirst, Duration backOffMax) {
    public static final RetryPolicy STANDARD = new RetryPolicy(12, Duration.ofSeconds(1), Duration.ofMinutes(5));

    /** More doublings than this would overflow, and are far beyond any longest pause. */
    private static final int DOUBLINGS_MAX = 30;

    public RetryPolicy {
        if (lossesMax < 1) {
            throw new IllegalArgumentException("retry budget must be at least one loss: " + lossesMax);
        }
        if (backOffFirst.isNegative() || backOffMax.compareTo(backOffFirst) < 0) {
            throw new IllegalArgumentException("back-off must grow: %s to %s".formatted(backOffFirst, backOffMax));
        }
    }

    public boolean exhaustedBy(Losses losses) {
        return losses.count() >= lossesMax;
    }

    /** The pause before the next attempt. */
    public Duration backOffAfter(Losses losses) {
        int doublings = Math.clamp(losses.count() - 1L, 0, DOUBLINGS_MAX);
        Duration pause = backOffFirst.multipliedBy(1L << doublings);
        return pause.compareTo(backOffMax) < 0 ? pause : backOffMax;
    }
}
