package io.deeptrain.api.version;

import java.util.Optional;

/** What a request to train means, given what is known about its idempotency key. */
public sealed interface Submission<V> {
    /** The key is new, or there is none: train. */
    record Fresh<V>() implements Submission<V> {}

    /** The same request was accepted before: its answer is given again, and nothing is trained twice. */
    record Repeated<V>(V version) implements Submission<V> {}

    /** The key was used for something else. */
    record KeyReused<V>() implements Submission<V> {}

    /** A request that was accepted under a key. */
    record Accepted<V>(V version, String requestHash) {}

    static <V> Submission<V> of(Optional<Accepted<V>> earlier, String requestHash) {
        if (earlier.isEmpty()) {
            return new Fresh<>();
        }
        return earlier.get().requestHash().equals(requestHash)
                ? new Repeated<>(earlier.get().version())
                : new KeyReused<>();
    }
}
