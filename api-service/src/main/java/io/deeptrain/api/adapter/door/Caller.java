package io.deeptrain.api.adapter.door;

import java.util.Optional;

/**
 * Who makes a call, as their key says.
 *
 * @param appId the only app that the key opens; nothing for a personal access token, which opens all of the user's
 * @param idempotencyKey under which the caller may make this call again without its happening twice
 */
public record Caller(String userId, Optional<String> appId, Optional<String> idempotencyKey) {
    /** How a caller names the user of their own key. */
    public static final String ME = "me";

    public Caller(String userId, Optional<String> appId) {
        this(userId, appId, Optional.empty());
    }

    Caller under(Optional<String> key) {
        return new Caller(userId, appId, key);
    }

    /** The caller of a call that needs no key. Owns nothing. */
    static final Caller ANYONE = new Caller("", Optional.empty());
}
