package io.deeptrain.api.adapter.door;

import io.deeptrain.api.access.Scope;
import io.deeptrain.api.status.StatusCode;
import java.util.Optional;
import java.util.Set;

/**
 * Who makes a call, as their key says.
 *
 * @param appId the only app that the key opens; nothing for a personal access token, which opens all of the user's
 * @param scopes what the key may do
 * @param idempotencyKey under which the caller may make this call again without its happening twice
 * @param paging where a list is to go on, and where it does
 */
public record Caller(
        String userId, Optional<String> appId, Set<Scope> scopes, Optional<String> idempotencyKey, Paging paging) {
    /** How a caller names the user of their own key. */
    public static final String ME = "me";

    /** The caller of a call that needs no key. Owns nothing. */
    static final Caller ANYONE = new Caller("", Optional.empty(), Set.of(), Optional.empty(), Paging.none());

    public Caller {
        scopes = Set.copyOf(scopes);
    }

    /** A caller whose key may do everything. */
    public Caller(String userId, Optional<String> appId) {
        this(userId, appId, Set.of(Scope.ALL), Optional.empty(), Paging.none());
    }

    /** The same caller with a key that may do these things only. */
    public Caller within(Set<Scope> allowed) {
        return new Caller(userId, appId, allowed, idempotencyKey, paging);
    }

    /** The same caller, with what else this call brings. */
    public Caller with(Headers headers) {
        return new Caller(userId, appId, scopes, headers.idempotencyKey(), headers.paging());
    }

    /**
     * Ends a call for which the caller's key is not enough.
     *
     * @param what is asked for, for the caller
     * @throws Refusal if the key lacks the scope
     */
    public void require(Scope scope, String what) {
        if (!may(scope)) {
            throw new Refusal(
                    StatusCode.KEY_INSUFFICIENT_SCOPES,
                    "%s needs a key with the scope %s, which this one lacks".formatted(what, scope.publicName()));
        }
    }

    public boolean may(Scope scope) {
        return scopes.contains(Scope.ALL) || scopes.contains(scope);
    }
}
