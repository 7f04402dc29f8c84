package io.deeptrain.simulation;

import java.time.Instant;
import java.util.PriorityQueue;

/** The simulated clock and what is due on it. What is due at the same moment happens in the order it was planned. */
final class Agenda {
    /** Soon after, a month ends: what runs then is charged in two. */
    private static final long EPOCH_MILLIS =
            Instant.parse("2026-03-31T23:59:45Z").toEpochMilli();

    private record Due(long atMillis, long sequence, Runnable action) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(atMillis, other.atMillis);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private long nowMillis;
    private long planned;

    /** Milliseconds since the simulation began. */
    long nowMillis() {
        return nowMillis;
    }

    /** The same moment as every database would say it. */
    Instant now() {
        return at(nowMillis);
    }

    static Instant at(long millis) {
        return Instant.ofEpochMilli(EPOCH_MILLIS + millis);
    }

    static long millisOf(Instant instant) {
        return instant.toEpochMilli() - EPOCH_MILLIS;
    }

    void after(long delayMillis, Runnable action) {
        due.add(new Due(nowMillis + Math.max(0, delayMillis), planned++, action));
    }

    /** Lets the next thing happen; false if nothing is due any more. */
    boolean step() {
        Due next = due.poll();
        if (next == null) {
            return false;
        }
        nowMillis = next.atMillis();
        next.action().run();
        return true;
    }
}
