package io.deeptrain.scheduler.explain;

import java.time.Instant;

/**
 * When a job is expected to start.
 *
 * @param at in half of the futures that were played through it is earlier, in half later
 * @param low in one of twenty it is earlier
 * @param high in one of twenty it is later
 */
public record StartTime(Instant at, Instant low, Instant high) {
    public StartTime {
        if (at.isBefore(low) || high.isBefore(at)) {
            throw new IllegalArgumentException(
                    "a start must lie between its bounds: %s, %s, %s".formatted(low, at, high));
        }
    }
}
