package io.deeptrain.scheduler.queue;

import java.time.Duration;

/**
 * How long a job can be passed by others: short jobs before long ones, urgent before others, and everybody at last.
 *
 * <p>A job is due at the time at which it was asked for, plus its patience, which grows with the work that it has left
 * and with the classes more urgent than its own. Whoever is due earlier goes first. As waiting does not change when a
 * job is due, the order needs no upkeep; and as patience has a limit, nobody who comes more than {@link #max} later can
 * ever go first.
 *
 * @param perGpuSecond of remaining work
 * @param rootBeyond one GPU's work of so long; of more work than that it counts the root, so that the longest jobs do
 *     not wait for ever
 * @param workMax what remaining work counts for at most
 * @param perClass for each class that is more urgent
 * @param overdueAfter so long past due, a job goes first of all: what gets free is kept for it alone
 */
public record Patience(
        Duration perGpuSecond, Duration rootBeyond, Duration workMax, Duration perClass, Duration overdueAfter) {
    /** As the replayed traces favour it, see {@code docs/benchmarks.md}. */
    public static final Patience STANDARD = new Patience(
            Duration.ofSeconds(3), Duration.ofHours(80), Duration.ofDays(120), Duration.ofDays(10), Duration.ofDays(7));

    public Patience {
        if (perGpuSecond.isNegative()
                || !rootBeyond.isPositive()
                || workMax.isNegative()
                || perClass.isNegative()
                || overdueAfter.isNegative()) {
            throw new IllegalArgumentException(
                    "patience cannot be negative: %s a GPU-second, the root beyond %s, at most %s, %s a class, overdue after %s"
                            .formatted(perGpuSecond, rootBeyond, workMax, perClass, overdueAfter));
        }
    }

    /** How much later than asked for a job is due. */
    public long millis(RemainingWork work, Priority priority) {
        return millis(work) + priority.classesAbove() * perClass.toMillis();
    }

    /** How much of that is for its work, which is all that counts among jobs of one class. */
    public long millis(RemainingWork work) {
        double knee = rootBeyond.toMillis();
        double counted = work.gpuMillis() <= knee ? work.gpuMillis() : Math.sqrt(work.gpuMillis() * knee);
        long ofWork = (long) (counted / 1000 * perGpuSecond.toMillis());
        return Math.min(ofWork, workMax.toMillis());
    }

    /** Nobody who is asked for so much later than a job of this class goes before it. */
    public Duration max(Priority priority) {
        return workMax.plus(perClass.multipliedBy(priority.classesAbove()));
    }
}
