package io.deeptrain.billing.meter;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * R5. How much of a reading the server's own clock allows: from the commit that started the meter to the commit that
 * stopped it. A worker whose clock is wrong, skewed or hostile cannot claim more.
 *
 * @param usedMillis of the reading, what lies before both the attempt's end and the cancel
 * @param afterCancelMillis what lies after the cancel and before the attempt's end
 * @param overReadMillis what the attempt cannot have used at all
 */
record SpanBound(long usedMillis, long afterCancelMillis, long overReadMillis) {
    private static final long MICROS_PER_MILLI = 1000;

    static SpanBound of(long readingMillis, Instant startedAt, Instant stoppedAt, Instant cancelledAt) {
        long possible = Math.min(readingMillis, millisBetween(startedAt, stoppedAt));
        long used = Math.min(possible, millisBetween(startedAt, cancelledAt));
        return new SpanBound(used, possible - used, readingMillis - possible);
    }

    /** In the microseconds that the database stores, so that a recomputation from stored history finds the same. */
    private static long millisBetween(Instant from, Instant to) {
        long micros = ChronoUnit.MICROS.between(from.truncatedTo(ChronoUnit.MICROS), to.truncatedTo(ChronoUnit.MICROS));
        return Math.max(0, micros / MICROS_PER_MILLI);
    }
}
