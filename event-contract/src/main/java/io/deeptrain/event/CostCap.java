package io.deeptrain.event;

/** The most that a job may cost. */
public sealed interface CostCap {
    /** No cap was asked for. */
    record Unlimited() implements CostCap {}

    /** The job is stopped at the last second for which its cost is at most this many cents. */
    record AtMost(long cents) implements CostCap {
        public AtMost {
            if (cents < 0) {
                throw new IllegalArgumentException("cost cap is negative: " + cents);
            }
        }
    }
}
