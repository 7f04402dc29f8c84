package io.deeptrain.scheduler.engine;

import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;

/** The leases that are granted, found by job and by worker, and when each is to be looked at next. */
final class Leases {
    private final Map<JobId, Watch> byJob = new HashMap<>();
    private final Map<WorkerId, SortedMap<JobId, Watch>> byHolder = new HashMap<>();
    private final Map<WorkerId, SortedMap<JobId, Watch>> byPartner = new HashMap<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private long timersSet;

    private record Timer(long dueNanos, long order, Watch watch) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            int byTime = Long.compare(dueNanos, other.dueNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    void add(Watch watch) {
        byJob.put(watch.jobId(), watch);
        put(byHolder, watch.lease().holder(), watch);
        watch.lease().partners().forEach(partner -> put(byPartner, partner.workerId(), watch));
    }

    private static void put(Map<WorkerId, SortedMap<JobId, Watch>> watches, WorkerId workerId, Watch watch) {
        watches.computeIfAbsent(workerId, _ -> new TreeMap<>()).put(watch.jobId(), watch);
    }

    /** The lease is over, and nobody watches over it any more. */
    void end(JobId jobId) {
        Watch watch = byJob.remove(jobId);
        if (watch == null) {
            throw new IllegalStateException("nobody watches over the lease on " + jobId);
        }
        watch.close();
        remove(byHolder, watch.lease().holder(), jobId);
        watch.lease().partners().forEach(partner -> remove(byPartner, partner.workerId(), jobId));
    }

    private static void remove(Map<WorkerId, SortedMap<JobId, Watch>> watches, WorkerId workerId, JobId jobId) {
        SortedMap<JobId, Watch> ofWorker = watches.get(workerId);
        if (ofWorker != null && ofWorker.remove(jobId) != null && ofWorker.isEmpty()) {
            watches.remove(workerId);
        }
    }

    Optional<Watch> of(JobId jobId) {
        return Optional.ofNullable(byJob.get(jobId));
    }

    /** The watch over this very attempt, not over another one of the same job. */
    Optional<Watch> over(Holding holding) {
        return of(holding.jobId()).filter(watch -> watch.lease().token().equals(holding.attempt()));
    }

    /** Those that the worker holds now, by the names of their jobs. */
    List<Watch> heldBy(WorkerId workerId) {
        return all(byHolder, workerId);
    }

    /** Those of which the worker runs a part as a partner, by the names of their jobs. */
    List<Watch> sharedBy(WorkerId workerId) {
        return all(byPartner, workerId);
    }

    private static List<Watch> all(Map<WorkerId, SortedMap<JobId, Watch>> watches, WorkerId workerId) {
        SortedMap<JobId, Watch> held = watches.get(workerId);
        return held == null ? List.of() : List.copyOf(held.values());
    }

    void setTimer(Watch watch, long dueNanos) {
        timers.add(new Timer(dueNanos, timersSet++, watch));
    }

    /** Those whose timers have run out by then, and that are not over. */
    List<Watch> due(long heardNanos) {
        List<Watch> due = new ArrayList<>();
        while (!timers.isEmpty() && timers.peek().dueNanos() <= heardNanos) {
            Watch watch = timers.remove().watch();
            if (!watch.isClosed()) {
                due.add(watch);
            }
        }
        return due;
    }
}
