package io.deeptrain.simulation;

import java.util.function.Supplier;

/** An invariant does not hold. Named as in {@code docs/simulation.md}. */
final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String invariant;

    Violation(String invariant, String message) {
        super(invariant + ": " + message);
        this.invariant = invariant;
    }

    String invariant() {
        return invariant;
    }

    /** {@code message} is asked for only if it is needed: this is called for every commit. */
    static void unless(boolean holds, String invariant, Supplier<String> message) {
        if (!holds) {
            throw new Violation(invariant, message.get());
        }
    }
}
