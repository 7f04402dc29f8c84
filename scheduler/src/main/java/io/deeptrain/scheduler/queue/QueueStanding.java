package io.deeptrain.scheduler.queue;

/**
 * How one queue stands against its limits, in one GPU class.
 *
 * @param queue its name: a tenant's, a user's or a group's
 * @param running jobs of it that run
 * @param held GPUs that these hold; slices are added up and a part of a GPU counts as one
 * @param guaranteed GPUs, its own and those lent to it by the queues below it
 * @param borrowed GPUs that it uses beyond that, the same
 */
public record QueueStanding(
        String queue,
        int running,
        int runningMax,
        long held,
        long guaranteed,
        long borrowed,
        int borrowMax,
        int weight) {
    public boolean isLimited() {
        return runningMax < Integer.MAX_VALUE || borrowMax < Integer.MAX_VALUE;
    }

    /** More jobs run than may. */
    public boolean isOverRunningMax() {
        return running > runningMax;
    }

    /** More is borrowed than may be. */
    public boolean isOverBorrowMax() {
        return borrowed > borrowMax;
    }
}
