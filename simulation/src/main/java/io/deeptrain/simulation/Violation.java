package io.deeptrain.simulation;

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

    static void unless(boolean holds, String invariant, String message) {
        if (!holds) {
            throw new Violation(invariant, message);
        }
    }
}
