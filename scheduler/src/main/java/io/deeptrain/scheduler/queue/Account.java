package io.deeptrain.scheduler.queue;

import io.deeptrain.scheduler.placement.Demand;

/**
 * How one queue stands in one GPU class, in thousandths of GPUs. What its neighbours may borrow of it is in its
 * parent's pool, and on upwards to the root's, which is the fleet. A queue uses first what it does not lend, then from
 * the pool.
 *
 * <p>The arithmetic follows the cohorts of Kueue (nominal quota, borrowing limit, lending limit).
 */
final class Account {
    /** More than any fleet has, and still far from an overflow. */
    static final long UNLIMITED = 1L << 52;

    private static final long PER_GPU = Demand.WHOLE;

    private final Account parent;
    /** The fleet's. */
    private final Account root;

    private final Quota quota;
    /** What this queue is guaranteed, with what those below it lend. */
    private long pool;
    /** Of the root: what somebody in the tree is guaranteed and does not lend. */
    private long kept;

    private long keptBelow;
    private long held;
    /** What is used of the pool. */
    private long charged;

    private Account(long fleet) {
        quota = Quota.NONE;
        parent = this;
        root = this;
        pool = fleet;
    }

    private Account(Account parent, Quota quota) {
        this.parent = parent;
        this.quota = quota;
        root = parent.root;
        pool = quota.guaranteed() * PER_GPU;
    }

    static Account root() {
        return new Account(UNLIMITED);
    }

    Account child(Quota childQuota) {
        return new Account(this, childQuota);
    }

    Account ofFleet() {
        return root;
    }

    private boolean isRoot() {
        return parent == this;
    }

    /** Tells the root what the fleet has. */
    void resize(long gpuMilli) {
        pool = gpuMilli;
    }

    /** Lends upwards. Once for each account, those below first. */
    void lend(Account root) {
        root.kept += own();
        for (Account above = parent; !above.isRoot(); above = above.parent) {
            above.keptBelow += own();
        }
        if (!parent.isRoot()) {
            parent.pool += pool - own();
        }
    }

    long held() {
        return held;
    }

    long guaranteed() {
        return pool;
    }

    /** What is used beyond what is guaranteed. */
    long borrowed() {
        return Math.max(0, charged - pool);
    }

    /** Of what it is guaranteed, that which it does not lend. */
    private long own() {
        return Math.max(0, pool - quota.lendMax() * PER_GPU);
    }

    /** What queues below this one are guaranteed and do not even lend to it. */
    long keptBelow() {
        return keptBelow;
    }

    /** The queue holds so much more, or less. */
    void change(long gpuMilli) {
        change(gpuMilli, gpuMilli);
    }

    private void change(long gpuMilli, long ofPool) {
        long before = Math.max(0, charged - own());
        held += gpuMilli;
        charged += ofPool;
        if (!isRoot()) {
            parent.change(gpuMilli, Math.max(0, charged - own()) - before);
        }
    }

    /**
     * What the fleet has left that nobody keeps for itself. If nobody keeps anything, no more is asked than that there
     * is room: a scheduler that has just started holds leases on workers that it has not heard yet.
     */
    long common() {
        return kept == 0 ? UNLIMITED : Math.max(0, pool - kept - charged);
    }

    /** What {@link #common} would be if nobody held anything. */
    long commonMax() {
        return kept == 0 ? UNLIMITED : Math.max(0, pool - kept);
    }

    /** What this queue could get, if its parent could get {@code above}. */
    long available(long above) {
        long fromOwn = Math.max(0, own() - charged);
        long toBorrow = pool - own() - Math.max(0, charged - own()) + quota.borrowMax() * PER_GPU;
        return fromOwn + Math.max(0, Math.min(above, toBorrow));
    }

    /** Whether so much more is within what the queue is guaranteed. */
    boolean guarantees(long gpuMilli) {
        return charged + gpuMilli <= pool;
    }
}
