package io.deeptrain.standalone;

import java.time.Duration;

/**
 * How long to wait before a process that died is started again: at once after it ran well, and ever longer while it
 * does not stay up.
 */
public record RestartPolicy(int failures) {
    private static final Duration FIRST_WAIT = Duration.ofMillis(250);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final Duration RAN_WELL = Duration.ofSeconds(20);
    private static final int DOUBLINGS_MAX = 6;

    public static RestartPolicy fresh() {
        return new RestartPolicy(0);
    }

    /** The policy after another death. */
    public RestartPolicy died(Duration afterRunning) {
        return new RestartPolicy(afterRunning.compareTo(RAN_WELL) >= 0 ? 1 : failures + 1);
    }

    public Duration pause() {
        if (failures == 0) {
            return Duration.ZERO;
        }
        Duration doubled = FIRST_WAIT.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS_MAX));
        return doubled.compareTo(LONGEST_WAIT) < 0 ? doubled : LONGEST_WAIT;
    }
}
