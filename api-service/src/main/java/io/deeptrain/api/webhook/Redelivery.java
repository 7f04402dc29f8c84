package io.deeptrain.api.webhook;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** When a message that was not taken is sent again. The pauses are those that Standard Webhooks recommends. */
public final class Redelivery {
    /** Answered so, the receiver wants no more of anything. */
    public static final int GONE = 410;

    private static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24));

    private Redelivery() {}

    /** How long to wait after so many failed attempts; nothing if it is time to give up. */
    public static Optional<Duration> pauseAfter(int attempts) {
        return attempts <= PAUSES.size() ? Optional.of(PAUSES.get(attempts - 1)) : Optional.empty();
    }
}
