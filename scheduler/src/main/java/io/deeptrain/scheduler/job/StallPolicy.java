package io.deeptrain.scheduler.job;

import io.deeptrain.event.Phase;
import java.time.Duration;

/**
 * How long an attempt may show no new work before it counts as hung.
 *
 * @param stepQuietMin while training, the least; more where steps are slow
 * @param stepQuietMedians while training, this many median steps
 * @param closingQuietMax while evaluating or exporting, where no steps are counted
 * @param preparingQuietMax while preparing, where inputs are counted; the weights, and the other ranks of a gang, come
 *     after the last of them
 */
public record StallPolicy(
        Duration stepQuietMin, int stepQuietMedians, Duration closingQuietMax, Duration preparingQuietMax) {
    public static final StallPolicy STANDARD =
            new StallPolicy(Duration.ofMinutes(2), 10, Duration.ofMinutes(15), Duration.ofMinutes(15));

    /** A worker's claim about its pace is believed up to here, or a nonsensical one would never be found hung. */
    private static final Duration STEP_QUIET_MAX = Duration.ofHours(6);

    public StallPolicy {
        if (!stepQuietMin.isPositive()
                || stepQuietMedians < 1
                || !closingQuietMax.isPositive()
                || !preparingQuietMax.isPositive()) {
            throw new IllegalArgumentException("stall limits must be positive: %s, %d medians, %s, %s"
                    .formatted(stepQuietMin, stepQuietMedians, closingQuietMax, preparingQuietMax));
        }
    }

    public Duration limitFor(Phase phase, Pace pace) {
        return switch (phase) {
            case TRAINING -> stepLimit(pace);
            case EVALUATING, EXPORTING -> closingQuietMax;
        };
    }

    private Duration stepLimit(Pace pace) {
        long medianMillis = Math.min(pace.medianMillis(), STEP_QUIET_MAX.toMillis() / stepQuietMedians);
        Duration byPace = Duration.ofMillis(medianMillis * stepQuietMedians);
        return byPace.compareTo(stepQuietMin) > 0 ? byPace : stepQuietMin;
    }
}
