package io.deeptrain.worker.attempt;

/** An attempt's meter: cumulative milliseconds of the worker's monotonic clock since the attempt started. */
sealed interface Meter {
    long readingAt(long monotonicMillis);

    /** The attempt never started, so nothing can be billed. */
    record NotStarted() implements Meter {
        @Override
        public long readingAt(long monotonicMillis) {
            return 0;
        }
    }

    record Since(long startedAtMillis) implements Meter {
        @Override
        public long readingAt(long monotonicMillis) {
            return Math.max(0, monotonicMillis - startedAtMillis);
        }
    }
}
