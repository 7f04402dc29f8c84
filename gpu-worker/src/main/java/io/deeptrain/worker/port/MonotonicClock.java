package io.deeptrain.worker.port;

import java.util.concurrent.TimeUnit;

/** Time that passes, from any beginning; it never goes back. */
@FunctionalInterface
public interface MonotonicClock {
    long nanos();

    default long millis() {
        return TimeUnit.NANOSECONDS.toMillis(nanos());
    }
}
