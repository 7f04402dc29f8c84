package io.deeptrain.api.adapter.door;

/** Finds out who calls. */
public interface Authenticator {
    /**
     * The owner of the key. Counts as a call of it.
     *
     * @throws Refusal if the key is missing, malformed or unknown
     */
    Caller authenticate(Headers headers);
}
