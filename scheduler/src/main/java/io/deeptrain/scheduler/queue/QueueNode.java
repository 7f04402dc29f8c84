package io.deeptrain.scheduler.queue;

import io.deeptrain.scheduler.placement.Demand;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** One queue of the tree: what it has, and where its jobs and those below it stand in line. */
final class QueueNode {
    private final QueueNode parent;
    private final String name;
    private final QueueLimits limits;
    private final boolean ofTenant;
    private final Map<String, Account> accounts = new LinkedHashMap<>();
    /** Where this queue stands in line, for each shape that is waited for. */
    private final TreeMap<Shape, Line> lines = new TreeMap<>();
    /** Those below that wait for a shape and may have it, in fair order. */
    private final TreeMap<Shape, NavigableSet<Line>> candidates = new TreeMap<>();

    private TenantUse use;
    private int running;
    private int pending;
    private double share;
    private boolean touched;

    private QueueNode() {
        parent = this;
        name = "the fleet";
        limits = QueueLimits.STANDARD;
        ofTenant = false;
        use = TenantUse.NONE;
    }

    private QueueNode(QueueNode parent, String name, QueueLimits limits, boolean ofTenant, long hour) {
        this.parent = parent;
        this.name = name;
        this.limits = limits;
        this.ofTenant = ofTenant;
        use = new TenantUse(0, hour);
    }

    static QueueNode root() {
        return new QueueNode();
    }

    /** A group or user below this one, since this hour. */
    QueueNode child(String childName, QueueLimits childLimits, long hour) {
        return new QueueNode(this, childName, childLimits, false, hour);
    }

    /** A tenant below this one, who has jobs, since this hour. */
    QueueNode tenant(String childName, QueueLimits childLimits, long hour) {
        return new QueueNode(this, childName, childLimits, true, hour);
    }

    boolean isOfTenant() {
        return ofTenant;
    }

    boolean isRoot() {
        return parent == this;
    }

    QueueNode parent() {
        return parent;
    }

    /** The queues from below the root down to this one. */
    List<QueueNode> path() {
        Deque<QueueNode> path = new ArrayDeque<>();
        for (QueueNode node = this; !node.isRoot(); node = node.parent) {
            path.addFirst(node);
        }
        return new ArrayList<>(path);
    }

    String name() {
        return name;
    }

    QueueLimits limits() {
        return limits;
    }

    TenantUse use() {
        return use;
    }

    void useInstead(TenantUse newUse) {
        use = newUse;
    }

    void forgetUse() {
        use = new TenantUse(0, use.hour());
    }

    int running() {
        return running;
    }

    int pending() {
        return pending;
    }

    void pends(int jobs) {
        for (QueueNode node = this; !node.isRoot(); node = node.parent) {
            node.pending += jobs;
        }
    }

    double share() {
        return share;
    }

    /** Use against the weight. */
    double weighedUse() {
        return (double) use.gpuMillis() / limits.weight();
    }

    Account account(String gpuClass) {
        Account known = accounts.get(gpuClass);
        if (known == null) {
            known = isRoot() ? Account.root() : parent.account(gpuClass).child(limits.quotaOf(gpuClass));
            accounts.put(gpuClass, known);
        }
        return known;
    }

    Line line(Shape shape) {
        return lines.computeIfAbsent(shape, asked -> new Line(this, asked));
    }

    Collection<Line> lines() {
        return lines.values();
    }

    NavigableSet<Line> candidates(Shape shape) {
        return candidates.computeIfAbsent(shape, _ -> new TreeSet<>());
    }

    /** One job more runs, with so many GPUs; or one fewer. */
    void run(Shape shape, int sign) {
        account(shape.gpuClass()).change(sign * shape.gpuMilli());
        for (QueueNode node = this; !node.isRoot(); node = node.parent) {
            node.running += sign;
            node.weigh();
        }
    }

    QueueStanding standing(String gpuClass) {
        Account account = account(gpuClass);
        Quota quota = limits.quotaOf(gpuClass);
        return new QueueStanding(
                name,
                running,
                limits.runningMax(),
                Math.ceilDiv(account.held(), Demand.WHOLE),
                account.guaranteed() / Demand.WHOLE,
                Math.ceilDiv(account.borrowed(), Demand.WHOLE),
                quota.borrowMax(),
                limits.weight());
    }

    /** After the fleet or what is held has changed: the dominant share, against the weight. */
    void weigh() {
        share = shareWith("", 0);
    }

    /** What its share would be with so many thousandths of GPUs more of this class. */
    double shareWith(String gpuClass, long moreMilli) {
        double dominant = 0;
        for (Map.Entry<String, Account> entry : accounts.entrySet()) {
            long held = entry.getValue().held() + (entry.getKey().equals(gpuClass) ? moreMilli : 0);
            long fleet = Math.max(Demand.WHOLE, entry.getValue().ofFleet().guaranteed());
            dominant = Math.max(dominant, (double) held / fleet);
        }
        return dominant / limits.weight();
    }

    /** Whether its places in line may be others now. */
    boolean isTouched() {
        return touched;
    }

    void touched(boolean isNow) {
        touched = isNow;
    }

    boolean isForgotten() {
        return running == 0 && pending == 0 && use.gpuMillis() == 0;
    }
}
