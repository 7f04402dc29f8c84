package io.deeptrain.scheduler.queue;

import io.deeptrain.event.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Every waiting job, in an order that is fair between tenants: first the tenant that holds the fewest GPUs now, among
 * those the one that has used the least lately, and among a tenant's jobs, or tenants that are equal, the one that came
 * first. Both are measured against the tenant's weight.
 *
 * <p>A job that needs more GPUs than any worker has free does not block smaller ones behind it: each tenant has one
 * line for each number of GPUs asked for.
 *
 * <p>Adding, removing and taking cost the logarithm of what waits.
 */
public final class FairQueue {
    private static final int WEIGHT_STANDARD = 1;
    private static final long SECONDS_PER_HOUR = 3600;

    private final Map<Tenant, Integer> weights;
    private final Map<Tenant, Share> shares = new HashMap<>();
    /** The lines in which somebody waits, by the GPUs asked for, each in fair order. */
    private final TreeMap<Integer, TreeSet<Line>> lines = new TreeMap<>();

    private final TreeSet<BackingOff> backingOff = new TreeSet<>();
    private long hour;
    private int readyCount;
    private long gpusAsked;

    /** Nobody waits yet. {@code weights} names the tenants that are owed more than the standard share, which is 1. */
    public FairQueue(Map<Tenant, Integer> weights) {
        this.weights = Map.copyOf(weights);
    }

    /** Waits until {@code notBefore}, then for its turn. */
    public void add(Ticket ticket, Instant notBefore, Instant now) {
        gpusAsked += ticket.gpus();
        if (now.isBefore(notBefore)) {
            backingOff.add(new BackingOff(notBefore, ticket));
        } else {
            addReady(ticket);
        }
    }

    public void remove(Ticket ticket, Instant notBefore) {
        gpusAsked -= ticket.gpus();
        if (!backingOff.remove(new BackingOff(notBefore, ticket))) {
            removeReady(ticket);
        }
    }

    /** Lets everybody whose back-off is over wait for their turn. */
    public void endBackOffs(Instant now) {
        while (!backingOff.isEmpty() && !now.isBefore(backingOff.first().notBefore())) {
            addReady(backingOff.removeFirst().ticket());
        }
    }

    /** Whose turn it is among those that need at most {@code gpusMax}. It stays in the queue. */
    public Optional<Ticket> next(int gpusMax) {
        Optional<Line> best = Optional.empty();
        for (TreeSet<Line> candidates : lines.headMap(gpusMax, true).values()) {
            Line line = candidates.first();
            if (best.isEmpty() || line.compareTo(best.get()) < 0) {
                best = Optional.of(line);
            }
        }
        return best.map(line -> line.tickets.first());
    }

    /** The tenant holds this many GPUs more. */
    public void began(Tenant tenant, int gpus) {
        Share share = share(tenant);
        withdraw(share);
        share.heldGpus += gpus;
        reinstate(share);
    }

    /** The tenant gave this many GPUs back. Answers its use, to be remembered. */
    public TenantUse ended(Tenant tenant, int gpus, Duration held) {
        Share share = share(tenant);
        withdraw(share);
        share.heldGpus -= gpus;
        share.use = share.use.plus(gpus * Math.max(0, held.toMillis()));
        reinstate(share);
        return share.use;
    }

    /** Halves everybody's use for each hour that has begun. */
    public void decayTo(Instant now) {
        long currentHour = Math.floorDiv(now.getEpochSecond(), SECONDS_PER_HOUR);
        if (currentHour > hour) {
            hour = currentHour;
            reorder();
        }
    }

    /** Takes up what was remembered of the tenants, before anybody waits. */
    public void recall(Map<Tenant, TenantUse> remembered) {
        for (TenantUse use : remembered.values()) {
            hour = Math.max(hour, use.hour());
        }
        remembered.forEach((tenant, use) -> share(tenant).use = use.decayedTo(hour));
    }

    public int readyCount() {
        return readyCount;
    }

    public int backingOffCount() {
        return backingOff.size();
    }

    /** What all that wait, for their turn or the end of a back-off, ask for together. */
    public long gpusAsked() {
        return gpusAsked;
    }

    private void addReady(Ticket ticket) {
        Share share = share(ticket.tenant());
        Line line = share.lines.computeIfAbsent(ticket.gpus(), gpus -> new Line(share, gpus));
        boolean isNewHead = line.tickets.isEmpty() || ticket.compareTo(line.tickets.first()) < 0;
        if (isNewHead) {
            withdraw(line);
        }
        line.tickets.add(ticket);
        if (isNewHead) {
            reinstate(line);
        }
        readyCount++;
    }

    private void removeReady(Ticket ticket) {
        Share share = share(ticket.tenant());
        Line line = Optional.ofNullable(share.lines.get(ticket.gpus()))
                .filter(candidate -> candidate.tickets.contains(ticket))
                .orElseThrow(() -> new IllegalStateException("not in the queue: " + ticket));
        withdraw(line);
        line.tickets.remove(ticket);
        reinstate(line);
        readyCount--;
    }

    private Share share(Tenant tenant) {
        return shares.computeIfAbsent(
                tenant, created -> new Share(weights.getOrDefault(created, WEIGHT_STANDARD), new TenantUse(0, hour)));
    }

    private void reorder() {
        lines.clear();
        Collection<Share> all = List.copyOf(shares.values());
        all.forEach(share -> share.use = share.use.decayedTo(hour));
        shares.values().removeIf(Share::isForgotten);
        all.forEach(this::reinstate);
    }

    private void withdraw(Share share) {
        share.lines.values().forEach(this::withdraw);
    }

    private void reinstate(Share share) {
        share.lines.values().forEach(this::reinstate);
    }

    private void withdraw(Line line) {
        TreeSet<Line> peers = lines.get(line.gpus);
        if (peers != null && !line.tickets.isEmpty()) {
            peers.remove(line);
            if (peers.isEmpty()) {
                lines.remove(line.gpus);
            }
        }
    }

    private void reinstate(Line line) {
        if (!line.tickets.isEmpty()) {
            lines.computeIfAbsent(line.gpus, _ -> new TreeSet<>()).add(line);
        }
    }

    /** What one tenant holds, has used and waits for. */
    private static final class Share implements Comparable<Share> {
        private final int weight;
        private final NavigableMap<Integer, Line> lines = new TreeMap<>();
        private TenantUse use;
        private long heldGpus;

        Share(int weight, TenantUse use) {
            this.weight = weight;
            this.use = use;
        }

        boolean isForgotten() {
            return heldGpus == 0
                    && use.gpuMillis() == 0
                    && lines.values().stream().allMatch(line -> line.tickets.isEmpty());
        }

        @Override
        public int compareTo(Share other) {
            int byHeld = Long.compare(heldGpus * other.weight, other.heldGpus * weight);
            return byHeld != 0 ? byHeld : Long.compare(use.gpuMillis() * other.weight, other.use.gpuMillis() * weight);
        }
    }

    /** One tenant's jobs that need the same number of GPUs. */
    private static final class Line implements Comparable<Line> {
        private final Share share;
        private final int gpus;
        private final TreeSet<Ticket> tickets = new TreeSet<>();

        Line(Share share, int gpus) {
            this.share = share;
            this.gpus = gpus;
        }

        @Override
        public int compareTo(Line other) {
            int byShare = share.compareTo(other.share);
            return byShare != 0 ? byShare : tickets.first().compareTo(other.tickets.first());
        }
    }

    private record BackingOff(Instant notBefore, Ticket ticket) implements Comparable<BackingOff> {
        @Override
        public int compareTo(BackingOff other) {
            int byTime = notBefore.compareTo(other.notBefore);
            return byTime != 0 ? byTime : ticket.compareTo(other.ticket);
        }
    }
}
