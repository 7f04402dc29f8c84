package io.deeptrain.billing.meter;

import java.time.Duration;
import java.time.Instant;

/**
 * R5. How much of a reading the server's own clock allows: from the commit that started the meter to the commit that
 * stopped it. A worker whose clock is wrong, skewed or hostile cannot claim more.
 *
 * @param usedMillis of the reading, what lies before both the attempt's end and the cancel
 * @param afterCancelMillis what lies after the cancel and before the attempt's end
 * @param overReadMillis what the attempt cannot have used at all
 */
record SpanBound(long usedMillis, long afterCancelMillis, long overReadMillis) {

    static SpanBound of(long readingMillis, Instant startedAt, Instant stoppedAt, Instant cancelledAt) {
        long possible = Math.min(readingMillis, millisBetween(startedAt, stoppedAt));
        long used = Math.min(possible, millisBetween(startedAt, cancelledAt));
        return new SpanBound(used, possible - used, readingMillis - possible);
    }

    private static long millisBetween(Instant from, Instant to) {
        return to.isAfter(from) ? Duration.between(from, to).toMillis() : 0;
    }
}
