package io.deeptrain.scheduler.queue;

/**
 * A queue's part of one GPU class, in GPUs.
 *
 * @param guaranteed the queue may always have so many, if need be by preemption
 * @param borrowMax so many more, of what its neighbours do not use
 * @param lendMax so many of its own that its neighbours may use while it does not
 */
public record Quota(int guaranteed, int borrowMax, int lendMax) {
    /** Nothing of its own, and as much as there is of what nobody is guaranteed. */
    public static final Quota NONE = new Quota(0, Integer.MAX_VALUE, Integer.MAX_VALUE);

    public Quota {
        if (guaranteed < 0 || borrowMax < 0 || lendMax < 0) {
            throw new IllegalArgumentException(
                    "a quota's guaranteed, borrow and lend limits must be 0 or more GPUs: %d, %d, %d"
                            .formatted(guaranteed, borrowMax, lendMax));
        }
    }

    /** A guarantee without limits to borrowing and lending. */
    public static Quota guaranteeing(int gpus) {
        return new Quota(gpus, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }
}
