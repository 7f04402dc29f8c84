package io.deeptrain.scheduler.engine;

import io.deeptrain.scheduler.engine.Input.Tick;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The two times of an engine. One is the database's and never goes back. The other, heard time, goes on only as far as
 * it is certain that everything said before it was heard, so that a pause of the control plane makes nobody late.
 */
final class Clocks {
    /** A tick after a pause of the control plane must not use up a lease at once. */
    static final Duration HEARD_STEP_MAX = Duration.ofSeconds(2);

    private Instant now;
    private Optional<Instant> heardUpTo = Optional.empty();
    private long heardNanos;

    Clocks(Instant now) {
        this.now = now;
    }

    Instant now() {
        return now;
    }

    /** Counted from no particular moment. */
    long heardNanos() {
        return heardNanos;
    }

    void move(Input input) {
        if (input.now().isAfter(now)) {
            now = input.now();
        }
        if (input instanceof Tick(var _, var newest)) {
            Duration step =
                    heardUpTo.map(earlier -> Duration.between(earlier, newest)).orElse(Duration.ZERO);
            if (!step.isNegative()) {
                heardUpTo = Optional.of(newest);
                heardNanos += step.compareTo(HEARD_STEP_MAX) < 0 ? step.toNanos() : HEARD_STEP_MAX.toNanos();
            }
        }
    }
}
