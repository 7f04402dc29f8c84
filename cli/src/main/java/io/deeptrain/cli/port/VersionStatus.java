package io.deeptrain.cli.port;

import java.time.Duration;
import java.util.Optional;

/**
 * What the server says about a version.
 *
 * @param left how much longer it trains, when the server can say
 * @param details why it failed, how far it is before it learns, or empty
 */
public record VersionStatus(State state, int percent, Optional<Duration> left, String details) {
    /** By the public status codes. */
    public enum State {
        UNTRAINED,
        QUEUED,
        TRAINING,
        TRAINED,
        FAILED
    }
}
