package io.deeptrain.api.adapter.door;

import java.util.Optional;

/**
 * Who makes a call, as their key says.
 *
 * @param appId the only app that the key opens; nothing for a personal access token, which opens all of the user's
 */
public record Caller(String userId, Optional<String> appId) {
    /** How a caller names the user of their own key. */
    public static final String ME = "me";

    /** The caller of a call that needs no key. Owns nothing. */
    static final Caller ANYONE = new Caller("", Optional.empty());
}
