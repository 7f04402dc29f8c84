package io.deeptrain.api.adapter.door;

import java.util.Optional;

/**
 * What a call leaves of its key's calls, for the answer to say. One of these belongs to one call, and is empty until
 * the call is counted.
 */
public final class Allowance {
    private volatile Optional<Left> left = Optional.empty();

    /**
     * What is left, in the terms of the header fields of draft-ietf-httpapi-ratelimit-headers.
     *
     * @param quota how many calls there are in a window
     * @param calls how many are left
     * @param resetSeconds after how long, without a call, all of them are there again
     */
    public record Left(long quota, long windowSeconds, long calls, long resetSeconds) {
        /** The value of {@code RateLimit-Policy}. */
        public String policy() {
            return "\"calls\";q=%d;w=%d".formatted(quota, windowSeconds);
        }

        /** The value of {@code RateLimit}. */
        public String limit() {
            return "\"calls\";r=%d;t=%d".formatted(calls, resetSeconds);
        }
    }

    void is(Left counted) {
        left = Optional.of(counted);
    }

    /** Nothing for a call that was not counted. */
    public Optional<Left> left() {
        return left;
    }
}
