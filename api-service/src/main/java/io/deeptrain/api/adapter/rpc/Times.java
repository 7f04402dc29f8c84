package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Moments and spans as the contract writes them. */
final class Times {
    private Times() {}

    /** The present, as exactly as the database keeps it, so that a thing is shown later as it was first answered. */
    static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }

    static Timestamp stamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }

    /** The moment, or nothing if the message that it would come from is not there. */
    static Optional<Instant> maybe(boolean isThere, Timestamp stamp) {
        return isThere ? Optional.of(Instant.ofEpochSecond(stamp.getSeconds(), stamp.getNanos())) : Optional.empty();
    }

    static Duration span(java.time.Duration span) {
        return Duration.newBuilder()
                .setSeconds(span.toSeconds())
                .setNanos(span.toNanosPart())
                .build();
    }
}
