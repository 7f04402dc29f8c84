package io.deeptrain.worker.training;

import io.deeptrain.worker.port.MonotonicClock;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How often a run has looked at an image to measure what it has learned. An evaluation makes no step that would show
 * that it goes on, so it is said now and then, well within the time after which an attempt counts as hung.
 */
final class Looks {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final MonotonicClock clock;
    private long count;
    private long saidAtNanos;
    private Runnable say = () -> {};

    Looks(MonotonicClock clock) {
        this.clock = clock;
    }

    /** An evaluation begins; whoever is to say how far it is, is asked when it has taken a while. */
    void begin(Runnable saying) {
        say = saying;
        saidAtNanos = clock.nanos();
    }

    void taken(int images) {
        count += images;
        if (clock.nanos() - saidAtNanos >= INTERVAL_NANOS) {
            saidAtNanos = clock.nanos();
            say.run();
        }
    }

    /** So far, in all evaluations; nothing before the first. */
    Optional<Long> count() {
        return count == 0 ? Optional.empty() : Optional.of(count);
    }
}
