package io.deeptrain.scheduler.job;

/** Adds what a worker claims. A nonsensical claim must not stop the scheduler, so that it stays at the maximum. */
final class SaturatingSum {
    private SaturatingSum() {}

    /** Neither argument is negative. */
    static long of(long first, long second) {
        long sum = first + second;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /** Neither argument is negative. */
    static long times(long first, int second) {
        return second != 0 && first > Long.MAX_VALUE / second ? Long.MAX_VALUE : first * second;
    }
}
