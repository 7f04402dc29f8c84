package io.deeptrain.scheduler.placement;

import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.placement.RoomIndex.Share;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is kept for the job at the head of the queue that does not fit yet, so that others may run before it and not
 * delay it: EASY backfilling (Lifka, "The ANL/IBM SP Scheduling System", 1995), with workers of GPUs instead of
 * processors.
 *
 * <p>The reserved job can start when the running ones have ended that are to end first; that time is the shadow time.
 * Another job may start before it where it ends by the shadow time, where nothing is reserved, or where it leaves what
 * is reserved.
 */
public final class Reservation {
    private final long shadowMillis;
    private final List<Share> reserved;
    /** Of each worker on which something is reserved: what is free at the shadow time besides. */
    private final Map<WorkerId, Integer> spare = new HashMap<>();

    /**
     * A worker that takes on work.
     *
     * @param gpusFree now; below 0 where room is kept that others have yet to leave
     * @param joint whether an attempt may lie on it and on others
     */
    public record Offer(WorkerId workerId, String gpuClass, Topology topology, int gpusFree, boolean joint) {}

    /**
     * GPUs of a worker that are in use.
     *
     * @param latestEndMillis an upper bound of its end; {@link Long#MAX_VALUE} if there is none, and it is not waited
     *     for
     */
    public record InUse(WorkerId workerId, int gpus, long latestEndMillis) {}

    /** Where the reserved job would fit, on one worker or on several. */
    private static final class Rooms {
        private final Map<WorkerId, Offer> offers = new HashMap<>();
        private final RoomIndex single = new RoomIndex();
        private final RoomIndex joint = new RoomIndex();

        void put(Offer offer) {
            offers.put(offer.workerId(), offer);
            single.put(offer.workerId(), offer.gpuClass(), offer.topology(), offer.gpusFree());
            if (offer.joint()) {
                joint.put(offer.workerId(), offer.gpuClass(), offer.topology(), offer.gpusFree());
            }
        }

        void end(InUse over) {
            Offer before = offers.get(over.workerId());
            if (before == null) {
                throw new IllegalArgumentException("in use on a worker that is not offered: " + over);
            }
            put(new Offer(
                    before.workerId(),
                    before.gpuClass(),
                    before.topology(),
                    before.gpusFree() + over.gpus(),
                    before.joint()));
        }

        Optional<List<Share>> sharesFor(int gpus, GpuClasses accepted) {
            return single.bestFit(accepted, gpus, Set.of())
                    .map(workerId -> List.of(new Share(workerId, gpus)))
                    .or(() -> joint.gang(accepted, gpus, 1, Together.ANYWHERE, Set.of()));
        }
    }

    private Reservation(long shadowMillis, List<Share> reserved, Rooms atShadow) {
        this.shadowMillis = shadowMillis;
        this.reserved = List.copyOf(reserved);
        for (Share share : reserved) {
            Offer offer = atShadow.offers.get(share.workerId());
            if (offer == null) {
                throw new IllegalStateException("reserved on a worker that is not there: " + share);
            }
            spare.put(share.workerId(), offer.gpusFree() - share.gpus());
        }
    }

    /**
     * Reserves GPUs on one worker, or on several that can share an attempt. Takes O(r (log r + log n)) for r jobs that
     * run on n workers.
     *
     * @param offers each worker once
     * @param inUse on those workers; an end that is past counts as now
     * @return empty if the job does not fit even when all of those have ended whose end is known
     */
    public static Optional<Reservation> of(
            int gpus, GpuClasses accepted, Collection<Offer> offers, Collection<InUse> inUse, long nowMillis) {
        Rooms rooms = new Rooms();
        offers.forEach(rooms::put);
        List<InUse> byEnd = new ArrayList<>(inUse);
        byEnd.removeIf(each -> each.latestEndMillis() == Long.MAX_VALUE);
        byEnd.sort(Comparator.comparingLong(InUse::latestEndMillis));
        long shadowMillis = nowMillis;
        int ended = 0;
        Optional<List<Share>> shares = rooms.sharesFor(gpus, accepted);
        while (shares.isEmpty() && ended < byEnd.size()) {
            shadowMillis = Math.max(nowMillis, byEnd.get(ended).latestEndMillis());
            while (ended < byEnd.size() && byEnd.get(ended).latestEndMillis() <= shadowMillis) {
                rooms.end(byEnd.get(ended));
                ended++;
            }
            shares = rooms.sharesFor(gpus, accepted);
        }
        long shadow = shadowMillis;
        return shares.map(found -> new Reservation(shadow, found, rooms));
    }

    /**
     * For a job of which nobody knows when it starts: all that it could get is reserved, and nobody is over before.
     *
     * @param offers where it could run
     */
    public static Reservation ofAll(Collection<Offer> offers) {
        Reservation reservation = new Reservation(Long.MIN_VALUE, List.of(), new Rooms());
        offers.forEach(offer -> reservation.spare.put(offer.workerId(), 0));
        return reservation;
    }

    /** When the reserved job starts at the latest, if every end comes when it must. */
    public long shadowMillis() {
        return shadowMillis;
    }

    public List<Share> reserved() {
        return reserved;
    }

    /** How many of so many free GPUs of a worker a job may have that ends later than the reserved one starts. */
    public int spareOf(WorkerId workerId, int gpusFree) {
        return Math.min(gpusFree, spare.getOrDefault(workerId, gpusFree));
    }

    /** Whether a job may start here before the reserved one. */
    public boolean admits(WorkerId workerId, int gpus, long latestEndMillis) {
        return latestEndMillis <= shadowMillis || gpus <= spareOf(workerId, gpus);
    }

    /** A job that this reservation admits has started. */
    public void started(WorkerId workerId, int gpus, long latestEndMillis) {
        if (!admits(workerId, gpus, latestEndMillis)) {
            throw new IllegalArgumentException("%d GPUs on %s until %d delay what is reserved from %d on"
                    .formatted(gpus, workerId, latestEndMillis, shadowMillis));
        }
        if (latestEndMillis > shadowMillis) {
            spare.computeIfPresent(workerId, (_, left) -> left - gpus);
        }
    }
}
