package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.Optional;

/** Moments and spans as the contract writes them. */
final class Times {
    private Times() {}

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
