package io.deeptrain.scheduler.queue;

import java.util.Comparator;

/**
 * Whom a job may make room for and who may have to make room for it: the more urgent class first, then what is within
 * its queue's guarantee, then what is due earlier.
 *
 * @param entitled whether it started, or would start, within a guarantee
 * @param askedMillis since 1970
 * @param patienceMillis for its work, see {@link Patience#millis(RemainingWork)}
 * @param arrival no two jobs have the same
 */
public record Standing(Priority priority, boolean entitled, long askedMillis, long patienceMillis, long arrival)
        implements Comparable<Standing> {
    private static final Comparator<Standing> HIGHEST_FIRST = Comparator.comparing(Standing::priority)
            .thenComparing(Standing::entitled)
            .reversed()
            .thenComparingLong(Standing::dueMillis)
            .thenComparingLong(Standing::arrival);

    public Standing {
        if (patienceMillis < 0) {
            throw new IllegalArgumentException("patience cannot be negative: " + patienceMillis);
        }
    }

    public long dueMillis() {
        return askedMillis + patienceMillis;
    }

    /** The highest standing first. */
    @Override
    public int compareTo(Standing other) {
        return HIGHEST_FIRST.compare(this, other);
    }

    /**
     * Whether it is so much higher that a running job may be stopped for it. Of equal class and entitlement it must be
     * due earlier even if it had {@code hysteresis} times its patience.
     */
    boolean displaces(Standing running, double hysteresis) {
        if (priority != running.priority || entitled != running.entitled) {
            return compareTo(running) < 0;
        }
        return askedMillis + patienceMillis * hysteresis < running.dueMillis();
    }
}
