package io.deeptrain.scheduler.queue;

import java.util.NavigableSet;
import java.util.Optional;

/**
 * Where one queue stands in line for one shape, among its parent's other queues: first whoever is within its guarantee,
 * then by what it holds, then by what it has lately used, then whoever has the job that is due first.
 *
 * <p>What it is compared by is written down when it takes its place, so that it can be found there again.
 */
final class Line implements Comparable<Line> {
    private final QueueNode node;
    private final Shape shape;
    private final Account account;
    /** The queues beside this one. */
    private final NavigableSet<Line> peers;
    /** The queues below this one. */
    private final NavigableSet<Line> below;
    /** A tenant's own jobs; empty for the queues above. */
    private final Tickets tickets = new Tickets();

    private boolean listed;
    private boolean borrows;
    private double share;
    private double use;
    private long headDueMillis;
    private long headArrival;

    Line(QueueNode node, Shape shape) {
        this.node = node;
        this.shape = shape;
        account = node.account(shape.gpuClass());
        peers = node.parent().candidates(shape);
        below = node.candidates(shape);
    }

    QueueNode node() {
        return node;
    }

    Shape shape() {
        return shape;
    }

    Tickets tickets() {
        return tickets;
    }

    /** Whose turn it is of this queue and those below it. */
    Optional<Ticket> head() {
        if (!tickets.isEmpty()) {
            return tickets.first();
        }
        return below.isEmpty() ? Optional.empty() : below.first().head();
    }

    boolean isListed() {
        return listed;
    }

    /** Whether a place in line would be another one now. */
    boolean isOutOfPlace() {
        Optional<Ticket> head = head().filter(_ -> mayRun());
        if (head.isEmpty() || !listed) {
            return head.isPresent() != listed;
        }
        return headArrival != head.get().arrival()
                || headDueMillis != head.get().dueMillis()
                || share != node.share()
                || use != node.weighedUse()
                || borrows != wouldBorrow();
    }

    /** Leaves its place. */
    void withdraw() {
        if (listed) {
            peers.remove(this);
            listed = false;
        }
    }

    /** Takes the place that it has now, if somebody waits and may run. */
    void enter() {
        head().filter(_ -> mayRun()).ifPresent(head -> {
            borrows = wouldBorrow();
            share = node.share();
            use = node.weighedUse();
            headDueMillis = head.dueMillis();
            headArrival = head.arrival();
            listed = peers.add(this);
        });
    }

    /** As far as the queue's own limits go. Whether its parents can give it so much is asked when it is its turn. */
    boolean mayRun() {
        return node.running() < node.limits().runningMax()
                && account.available(Account.UNLIMITED) + account.keptBelow() >= shape.gpuMilli();
    }

    private boolean wouldBorrow() {
        return !account.guarantees(shape.gpuMilli());
    }

    @Override
    public int compareTo(Line other) {
        if (borrows != other.borrows) {
            return borrows ? 1 : -1;
        }
        int byShare = Double.compare(share, other.share);
        if (byShare != 0) {
            return byShare;
        }
        int byUse = Double.compare(use, other.use);
        return byUse != 0 ? byUse : compareHeads(other);
    }

    private int compareHeads(Line other) {
        int byDue = Long.compare(headDueMillis, other.headDueMillis);
        return byDue != 0 ? byDue : Long.compare(headArrival, other.headArrival);
    }

    /** Whose head is due first. */
    static int byDue(Line one, Line other) {
        return one.compareHeads(other);
    }
}
