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
 * What is kept for the job at the head of the queue that does not fit yet, so that smaller ones may run before it and
 * not delay it: EASY backfilling (Lifka, "The ANL/IBM SP Scheduling System", 1995), with workers of GPUs instead of
 * processors.
 *
 * <p>The reserved job can start when the running ones have ended that were predicted to end first; that time is the
 * shadow time. Another job may start before it where it ends by the shadow time, where nothing is reserved, or where it
 * leaves what is reserved.
 */
public final class Reservation {
    private final long shadowMillis;
    private final List<Share> reserved;
    /** Of each worker on which something is reserved: what is free at the shadow time besides. */
    private final Map<WorkerId, Integer> spare = new HashMap<>();

    /** A worker that takes on work, and the whole GPUs that it has free now. */
    public record Offer(WorkerId workerId, String gpuClass, Topology topology, int gpusFree) {}

    /**
     * GPUs of a worker that are in use.
     *
     * @param latestEndMillis an upper bound of its end: a high quantile of the prediction, or the limit of its run time
     */
    public record InUse(WorkerId workerId, int gpus, long latestEndMillis) {}

    private Reservation(long shadowMillis, List<Share> reserved, Map<WorkerId, Offer> atShadow) {
        this.shadowMillis = shadowMillis;
        this.reserved = List.copyOf(reserved);
        for (Share share : reserved) {
            Offer offer = atShadow.get(share.workerId());
            if (offer == null) {
                throw new IllegalStateException("reserved on a worker that is not there: " + share);
            }
            spare.put(share.workerId(), offer.gpusFree() - share.gpus());
        }
    }

    /**
     * Reserves for whole GPUs, on one worker or several. Takes O(r log r) for r jobs that run; it is done once for each
     * blocked head.
     *
     * @param shape of whole GPUs alone
     * @param offers each worker once
     * @param inUse on those workers; an end that is past counts as now
     * @return empty if the job does not fit even when all of those have ended
     */
    public static Optional<Reservation> of(
            Shape shape, Collection<Offer> offers, Collection<InUse> inUse, long nowMillis) {
        if (!shape.each().isWholeGpusOnly()) {
            throw new IllegalArgumentException("only whole GPUs can be reserved: " + shape);
        }
        Map<WorkerId, Offer> byWorker = new HashMap<>();
        RoomIndex room = new RoomIndex();
        offers.forEach(offer -> offer(offer, byWorker, room));
        List<InUse> byEnd = new ArrayList<>(inUse);
        byEnd.sort(Comparator.comparingLong(InUse::latestEndMillis));
        long shadowMillis = nowMillis;
        int ended = 0;
        while (!fits(shape, room)) {
            if (ended == byEnd.size()) {
                return Optional.empty();
            }
            shadowMillis = Math.max(nowMillis, byEnd.get(ended).latestEndMillis());
            while (ended < byEnd.size() && byEnd.get(ended).latestEndMillis() <= shadowMillis) {
                end(byEnd.get(ended), byWorker, room);
                ended++;
            }
        }
        long shadow = shadowMillis;
        return room.gang(shape.classes(), shape.workers(), shape.each().gpus(), shape.together(), Set.of())
                .map(shares -> new Reservation(shadow, shares, byWorker));
    }

    private static boolean fits(Shape shape, RoomIndex room) {
        return room.slotsMax(shape.classes(), shape.each().gpus(), shape.together()) >= shape.workers();
    }

    private static void offer(Offer offer, Map<WorkerId, Offer> byWorker, RoomIndex room) {
        byWorker.put(offer.workerId(), offer);
        room.put(offer.workerId(), offer.gpuClass(), offer.topology(), offer.gpusFree());
    }

    private static void end(InUse over, Map<WorkerId, Offer> byWorker, RoomIndex room) {
        Offer before = byWorker.get(over.workerId());
        if (before == null) {
            throw new IllegalArgumentException("in use on a worker that is not offered: " + over);
        }
        offer(
                new Offer(before.workerId(), before.gpuClass(), before.topology(), before.gpusFree() + over.gpus()),
                byWorker,
                room);
    }

    /** When the reserved job starts at the latest, if every prediction is an upper bound. */
    public long shadowMillis() {
        return shadowMillis;
    }

    public List<Share> reserved() {
        return reserved;
    }

    /** Whether a job may start here before the reserved one. */
    public boolean admits(WorkerId workerId, int gpus, long latestEndMillis) {
        Integer left = spare.get(workerId);
        return left == null || latestEndMillis <= shadowMillis || gpus <= left;
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
