package io.deeptrain.api.adapter.door;

/** Finds out who calls. */
public interface Authenticator {
    /**
     * The owner of the key.
     *
     * @param authorization the header or metadata {@code authorization}, empty if there was none
     * @throws Refusal if the key is missing, malformed or unknown
     */
    Caller authenticate(String authorization);
}
