package io.deeptrain.billing.meter;

import io.deeptrain.event.Origin;
import java.time.Duration;

/** What every meter reading must satisfy, whoever says it. */
final class Readings {
    /** No attempt runs for ten years: such a reading is nonsense, and a sum of such readings would not fit. */
    static final long MILLIS_MAX = Duration.ofDays(3650).toMillis();

    private Readings() {}

    static void require(long millis) {
        if (millis < 0 || millis > MILLIS_MAX) {
            throw new IllegalArgumentException("meter reading must be 0 to %d ms: %d".formatted(MILLIS_MAX, millis));
        }
    }

    static void require(Origin origin) {
        switch (origin) {
            case Origin.Scratch _ -> {}
            case Origin.Resumed resumed -> require(resumed.checkpoint().readingMillis());
        }
    }
}
