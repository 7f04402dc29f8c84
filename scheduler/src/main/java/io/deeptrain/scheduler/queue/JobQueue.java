package io.deeptrain.scheduler.queue;

import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.placement.Demand;
import io.deeptrain.scheduler.queue.Contender.Claimant;
import io.deeptrain.scheduler.queue.Contender.Holder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Every waiting job, in an order that is fair between tenants. Whose turn it is:
 *
 * <ol>
 *   <li>A job that is overdue. If it does not fit yet, nobody else starts: what gets free is kept for it.
 *   <li>Else the tree of queues is descended from its root. Of the queues that wait for a shape which there is room
 *       for, those within their guarantee go first, then the one that holds least of the fleet, then the one that has
 *       used least lately; both against its weight, and both of the GPU class that it has most of (weighted
 *       dominant-resource fairness: Ghodsi and others, NSDI 2011).
 *   <li>Among a tenant's jobs, or queues that are equal, the one that is due first, see {@link Patience}.
 * </ol>
 *
 * <p>A job that needs more GPUs than there are free does not block smaller ones behind it before it is overdue: each
 * queue has one line for each shape.
 *
 * <p>Adding, removing and taking cost the logarithm of what waits, times the shapes and the depth of the tree.
 */
public final class JobQueue implements Preemption.Shares {
    /** So many tenants are settled at once at most, that no decision takes long. */
    private static final int TOUCHED_MAX = 1000;

    private final QueueSettings settings;
    private final boolean limited;
    private final QueueTree tree;
    private final QueueNode root;
    private final Map<JobId, Ticket> ready = new HashMap<>();
    /** Tenants' lines in which somebody may run, by when their first job is due. */
    private final TreeSet<Line> byDue = new TreeSet<>(Line::byDue);

    /** Tenants whose places in line may be others now, each once. */
    private final List<QueueNode> touched = new ArrayList<>();

    private final TreeSet<BackingOff> backingOff = new TreeSet<>();
    private final TreeMap<Shape, Integer> shapesReady = new TreeMap<>();
    private Instant now = Instant.EPOCH;
    private long milliAsked;

    /** Nobody waits yet. */
    public JobQueue(QueueSettings settings) {
        this.settings = settings;
        limited = settings.isAnyLimited();
        tree = new QueueTree(settings);
        root = tree.root();
    }

    /** The fleet has so many GPUs of this class. Until this is said there is no limit to what can be borrowed. */
    public void resize(String gpuClass, long gpus) {
        resizeMilli(gpuClass, gpus * Demand.WHOLE);
    }

    /** The same in thousandths of GPUs. */
    public void resizeMilli(String gpuClass, long gpuMilli) {
        root.account(gpuClass).resize(gpuMilli);
        reorder();
    }

    /** Waits until {@code notBefore}, then for its turn. */
    public void add(Ticket ticket, Instant notBefore) {
        milliAsked += ticket.shape().gpuMilli();
        QueueNode queue = tenant(ticket.tenant());
        queue.pends(1);
        if (now.isBefore(notBefore)) {
            backingOff.add(new BackingOff(notBefore, ticket));
        } else {
            addReady(queue, ticket);
        }
    }

    /** The same ticket as was added. */
    public void remove(Ticket ticket, Instant notBefore) {
        milliAsked -= ticket.shape().gpuMilli();
        QueueNode queue = tenant(ticket.tenant());
        queue.pends(-1);
        if (backingOff.isEmpty() || !backingOff.remove(new BackingOff(notBefore, ticket))) {
            removeReady(queue, ticket);
        }
    }

    /** Time passes: what was used counts half after each full hour, and whose back-off is over waits for its turn. */
    public void advanceTo(Instant later) {
        now = later;
        if (tree.advanceTo(now)) {
            decay();
        }
        while (!backingOff.isEmpty() && !now.isBefore(backingOff.first().notBefore())) {
            Ticket ticket = backingOff.removeFirst().ticket();
            addReady(tenant(ticket.tenant()), ticket);
        }
    }

    /** Whose turn it is among those that there is room for. It stays in the queue. */
    public Optional<Ticket> next(Room room) {
        if (!hasAny(room)) {
            return Optional.empty();
        }
        settle();
        Optional<Ticket> overdue = overdue(room);
        if (overdue.isPresent()) {
            return overdue.filter(ticket -> room.has(ticket.shape())
                    && available(ticket) >= ticket.shape().gpuMilli());
        }
        return nextInShares(room, _ -> true);
    }

    private boolean hasAny(Room room) {
        for (Shape shape : shapesReady.keySet()) {
            if (room.has(shape)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whose turn it is although the job that goes {@linkplain #firstOfAll first of all} does not start, of those that
     * may: as {@link #next}, but of each tenant and shape only the first is asked for.
     */
    public Optional<Ticket> nextBeside(Room room, Predicate<Ticket> mayStart) {
        settle();
        return nextInShares(room, mayStart);
    }

    private Optional<Ticket> nextInShares(Room room, Predicate<Ticket> mayStart) {
        Optional<Line> best = Optional.empty();
        for (Shape shape : shapesReady.keySet()) {
            if (room.has(shape)) {
                Optional<Line> candidate =
                        pick(root, shape, root.account(shape.gpuClass()).common(), mayStart);
                if (candidate.isPresent() && (best.isEmpty() || isBefore(candidate.get(), best.get()))) {
                    best = candidate;
                }
            }
        }
        return best.map(JobQueue::headOf);
    }

    /**
     * Those for whom others may have to make room, as there is none: the job that is overdue, else the one whose turn
     * it is of each shape, in the order in which they are due.
     */
    public List<Ticket> claimants(Room room) {
        settle();
        Optional<Ticket> overdue = overdue(room);
        if (overdue.isPresent()) {
            return List.of(overdue.get());
        }
        return shapesReady.keySet().stream()
                .filter(room::canEverHave)
                .flatMap(shape ->
                        pick(root, shape, root.account(shape.gpuClass()).commonMax(), _ -> true).stream())
                .map(JobQueue::headOf)
                .sorted()
                .toList();
    }

    /** The job that keeps everybody else from starting until it does, if there is one. */
    public Optional<Ticket> firstOfAll(Room room) {
        settle();
        return overdue(room);
    }

    /** The job that is longest overdue of those that could run. */
    private Optional<Ticket> overdue(Room room) {
        long overdueMillis =
                now.toEpochMilli() - settings.patience().overdueAfter().toMillis();
        for (Line line : byDue) {
            Shape shape = line.shape();
            if (headOf(line).dueMillis() > overdueMillis) {
                return Optional.empty();
            }
            long inEmptyFleet = available(
                    line.node(),
                    shape.gpuClass(),
                    root.account(shape.gpuClass()).commonMax());
            if (room.canEverHave(shape) && inEmptyFleet >= shape.gpuMilli()) {
                return Optional.of(headOf(line));
            }
        }
        return Optional.empty();
    }

    /** The tenant's line whose turn it is below this queue, which can get {@code available} more. */
    private static Optional<Line> pick(QueueNode node, Shape shape, long available, Predicate<Ticket> mayStart) {
        for (Line line : node.candidates(shape)) {
            Account account = line.node().account(shape.gpuClass());
            long more = account.available(available);
            if (line.node().isOfTenant()) {
                if (more >= shape.gpuMilli() && mayStart.test(headOf(line))) {
                    return Optional.of(line);
                }
            } else if (more + account.keptBelow() >= shape.gpuMilli()) {
                Optional<Line> found = pick(line.node(), shape, more, mayStart);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** Compares two tenants' lines of different shapes where their queues part. */
    private static boolean isBefore(Line one, Line other) {
        List<QueueNode> path = one.node().path();
        List<QueueNode> otherPath = other.node().path();
        for (int depth = 0; depth < Math.min(path.size(), otherPath.size()); depth++) {
            if (path.get(depth) != otherPath.get(depth)) {
                return path.get(depth)
                                .line(one.shape())
                                .compareTo(otherPath.get(depth).line(other.shape()))
                        < 0;
            }
        }
        return headOf(one).compareTo(headOf(other)) < 0;
    }

    /** What the ticket's queue could get now. */
    private long available(Ticket ticket) {
        String gpuClass = ticket.shape().gpuClass();
        return available(
                tenant(ticket.tenant()), gpuClass, root.account(gpuClass).common());
    }

    /** Whether the tenant's queues allow it so many GPUs more, and nobody else keeps them for itself. */
    public boolean allows(Tenant tenant, Shape more) {
        String gpuClass = more.gpuClass();
        return available(tenant(tenant), gpuClass, root.account(gpuClass).common()) >= more.gpuMilli();
    }

    /** What the queue could get if the fleet had so much in common. */
    private static long available(QueueNode node, String gpuClass, long common) {
        return node.isRoot() ? common : node.account(gpuClass).available(available(node.parent(), gpuClass, common));
    }

    /** How many of so many free GPUs, or slices, nobody keeps for itself. */
    public int lendable(Shape free) {
        return (int) Math.min(
                free.gpus(),
                root.account(free.gpuClass()).common() / free.kind().gpuMilli());
    }

    /** The tenant runs a job of this shape more. */
    public void began(Tenant tenant, Shape shape) {
        QueueNode queue = tenant(tenant);
        queue.run(shape, 1);
        touch(queue);
    }

    /** A job of the tenant gave its GPUs back. Answers the tenant's use, to be remembered. */
    public TenantUse ended(Tenant tenant, Shape shape, Duration held) {
        QueueNode queue = tenant(tenant);
        queue.run(shape, -1);
        long gpuMillis = shape.gpuMilli() * Math.max(0, held.toMillis()) / Demand.WHOLE;
        for (QueueNode node = queue; !node.isRoot(); node = node.parent()) {
            node.useInstead(node.use().plus(gpuMillis));
        }
        touch(queue);
        return queue.use();
    }

    /** Whether a job of this shape, started now, would be within a guarantee of its tenant or of a queue above. */
    public boolean isEntitled(Tenant tenant, Shape shape) {
        for (QueueNode node = tenant(tenant); !node.isRoot(); node = node.parent()) {
            if (node.account(shape.gpuClass()).guarantees(shape.gpuMilli())) {
                return true;
            }
        }
        return false;
    }

    /** Compares the queues in which the two tenants part. */
    @Override
    public boolean staysAhead(Holder holder, long milliFewer, Claimant claimant) {
        String gpuClass = claimant.shape().gpuClass();
        List<QueueNode> path = tenant(holder.tenant()).path();
        List<QueueNode> claimantPath = tenant(claimant.tenant()).path();
        int depth = 0;
        while (path.get(depth) == claimantPath.get(depth)) {
            depth++;
        }
        double after = path.get(depth).shareWith(gpuClass, -milliFewer);
        return after
                >= claimantPath.get(depth).shareWith(gpuClass, claimant.shape().gpuMilli());
    }

    /** Takes up what was remembered of the tenants, before anybody waits. */
    public void recall(Map<Tenant, TenantUse> remembered) {
        tree.recall(remembered);
        decay();
    }

    /** What tenants have lately used, to be {@linkplain #recall recalled}. */
    public Map<Tenant, TenantUse> uses() {
        return tree.uses();
    }

    /** As it was last {@linkplain #resizeMilli said}, in thousandths of GPUs. */
    public OptionalLong fleetMilli(String gpuClass) {
        long gpuMilli = root.account(gpuClass).guaranteed();
        return gpuMilli == Account.UNLIMITED ? OptionalLong.empty() : OptionalLong.of(gpuMilli);
    }

    /** The queues from the tenant's own upwards, as they stand in this class. */
    public List<QueueStanding> standings(Tenant tenant, String gpuClass) {
        List<QueueStanding> standings = new ArrayList<>();
        for (QueueNode node = tenant(tenant); !node.isRoot(); node = node.parent()) {
            standings.add(node.standing(gpuClass));
        }
        return standings;
    }

    /** The same as they would stand if one job more of this shape ran. */
    public List<QueueStanding> standingsWith(Tenant tenant, Shape shape) {
        QueueNode queue = tenant(tenant);
        queue.run(shape, 1);
        List<QueueStanding> standings = standings(tenant, shape.gpuClass());
        queue.run(shape, -1);
        return standings;
    }

    /** When a job is due that was asked for at this time. */
    public long dueMillis(Tenant tenant, Instant askedAt, RemainingWork work) {
        return dueMillis(priorityOf(tenant), askedAt, work);
    }

    /** When a job of this priority is due that was asked for at this time. */
    public long dueMillis(Priority priority, Instant askedAt, RemainingWork work) {
        return askedAt.toEpochMilli() + settings.patience().millis(work, priority);
    }

    /** That of all the tenant's jobs which have none of their own. */
    public Priority priorityOf(Tenant tenant) {
        return settings.tenant(tenant).priority();
    }

    /** How a job stands that was asked for at this time. */
    public Standing standing(Tenant tenant, Instant askedAt, RemainingWork work, boolean entitled, long arrival) {
        return standing(priorityOf(tenant), askedAt, work, entitled, arrival);
    }

    /** How a job of this priority stands that was asked for at this time. */
    public Standing standing(Priority priority, Instant askedAt, RemainingWork work, boolean entitled, long arrival) {
        return new Standing(
                priority, entitled, askedAt.toEpochMilli(), settings.patience().millis(work), arrival);
    }

    /** What those ask for who wait for their turn. */
    public Set<Shape> shapesReady() {
        return Collections.unmodifiableSet(shapesReady.keySet());
    }

    /** Whether nobody is guaranteed GPUs of this class and no queue that is named may hold only so many. */
    public boolean isNothingKept(String gpuClass) {
        return !limited && root.account(gpuClass).common() == Account.UNLIMITED;
    }

    /** Whether any queue that is named may hold only so many GPUs. */
    public boolean isAnyLimited() {
        return limited;
    }

    /** The lowest queue of the tenant's that could not hold a job of this shape even if it held nothing else. */
    public Optional<QueueStanding> tooSmallFor(Tenant tenant, Shape shape) {
        return standings(tenant, shape.gpuClass()).stream()
                .filter(standing -> standing.guaranteed() + standing.borrowMax() < shape.gpus())
                .findFirst();
    }

    public int readyCount() {
        return ready.size();
    }

    public int backingOffCount() {
        return backingOff.size();
    }

    /** What all that wait, for their turn or the end of a back-off, ask for together. */
    public long gpusAsked() {
        return Math.ceilDiv(milliAsked, Demand.WHOLE);
    }

    private void addReady(QueueNode queue, Ticket ticket) {
        Line line = queue.line(ticket.shape());
        if (ready.put(ticket.jobId(), ticket) != null) {
            throw new IllegalStateException("already in the queue: " + ticket);
        }
        line.tickets().add(ticket);
        for (QueueNode node = queue.parent(); !node.isRoot(); node = node.parent()) {
            node.line(ticket.shape());
        }
        shapesReady.merge(ticket.shape(), 1, Integer::sum);
        touch(queue);
    }

    private void removeReady(QueueNode queue, Ticket ticket) {
        if (!ready.remove(ticket.jobId(), ticket)) {
            throw new IllegalStateException("not in the queue: " + ticket);
        }
        queue.line(ticket.shape()).tickets().remove(ticket);
        shapesReady.computeIfPresent(ticket.shape(), (_, count) -> count == 1 ? null : count - 1);
        touch(queue);
    }

    private static Ticket headOf(Line line) {
        return line.head()
                .orElseThrow(() -> new IllegalStateException(
                        "in line without a job: " + line.node().name()));
    }

    /** What the tenant holds, has used or waits for has changed. Its places in line are looked at when it matters. */
    private void touch(QueueNode tenant) {
        if (!tenant.isTouched()) {
            tenant.touched(true);
            touched.add(tenant);
        }
        if (touched.size() > TOUCHED_MAX) {
            settle();
        }
    }

    private void settle() {
        touched.forEach(this::settle);
        forgetTouched();
    }

    private void forgetTouched() {
        touched.forEach(tenant -> tenant.touched(false));
        touched.clear();
    }

    /** All lines of the tenant and the queues above it, from the bottom upwards. */
    private void settle(QueueNode tenant) {
        for (QueueNode node = tenant; !node.isRoot(); node = node.parent()) {
            node.lines().forEach(this::settle);
        }
    }

    /** Lets the line take the place that it has now. */
    private void settle(Line line) {
        if (!line.isOutOfPlace()) {
            return;
        }
        boolean isOfTenant = line.node().isOfTenant();
        if (isOfTenant && line.isListed()) {
            byDue.remove(line);
        }
        line.withdraw();
        line.enter();
        if (isOfTenant && line.isListed()) {
            byDue.add(line);
        }
    }

    private void decay() {
        tree.decay();
        reorder();
        tree.forget();
    }

    private void reorder() {
        tree.weigh();
        tree.tenants().forEach(this::settle);
        forgetTouched();
    }

    private QueueNode tenant(Tenant tenant) {
        return tree.tenant(tenant);
    }

    private record BackingOff(Instant notBefore, Ticket ticket) implements Comparable<BackingOff> {
        @Override
        public int compareTo(BackingOff other) {
            int byTime = notBefore.compareTo(other.notBefore);
            return byTime != 0 ? byTime : ticket.compareTo(other.ticket);
        }
    }
}
