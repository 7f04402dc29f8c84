package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import java.time.Instant;

/** Moments and spans as the contract writes them. */
final class Times {
    private Times() {}

    static Timestamp stamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }

    static Duration span(java.time.Duration span) {
        return Duration.newBuilder()
                .setSeconds(span.toSeconds())
                .setNanos(span.toNanosPart())
                .build();
    }
}
