package io.deeptrain.scheduler.explain;

import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.queue.JobQueue;
import io.deeptrain.scheduler.queue.Room;
import io.deeptrain.scheduler.queue.Shape;
import io.deeptrain.scheduler.queue.Ticket;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The order in which those that wait would start if room for all of them came up now. Behind them are those whose
 * queues are at a limit, by when they are due, and those that wait out a pause, by its end.
 */
final class WaitingOrder {
    /** So many are put in their true order; the others behind them by when they are due. */
    static final int TURNS_MAX = 100_000;

    private final List<JobId> inOrder = new ArrayList<>();
    private final Map<JobId, Place> places = new HashMap<>();

    /** Counted from 1, and the work that those before it have left. */
    record Place(int position, int positionInApp, long gpuMillisAhead) {}

    private WaitingOrder() {}

    static WaitingOrder of(EngineSnapshot snapshot) {
        JobQueue queue = Rehearsal.queueOf(snapshot, snapshot.settings().queues(), snapshot.now());
        Map<JobId, JobRecord> left = new HashMap<>();
        for (JobRecord job : snapshot.jobs()) {
            if (job.state() instanceof Queued) {
                left.put(job.jobId(), job);
            }
        }
        List<JobRecord> jobs = new ArrayList<>();
        Optional<Ticket> next = queue.next(new Endless());
        while (next.isPresent() && jobs.size() < TURNS_MAX) {
            Ticket ticket = next.get();
            JobRecord job = left.remove(ticket.jobId());
            if (job == null || !(job.state() instanceof Queued queued)) {
                throw new IllegalStateException("in the queue, but not waiting: " + ticket);
            }
            jobs.add(job);
            queue.remove(ticket, queued.notBefore());
            queue.began(job.tenant(), job.shape());
            next = queue.next(new Endless());
        }
        left.values().stream()
                .sorted(Comparator.comparingLong((JobRecord job) -> ticketTime(snapshot, queue, job))
                        .thenComparingLong(JobRecord::arrival))
                .forEach(jobs::add);
        return numbered(jobs);
    }

    /** Those in a pause behind the others, and at the end those that are held. */
    private static long ticketTime(EngineSnapshot snapshot, JobQueue queue, JobRecord job) {
        if (job.isHeld()) {
            return Long.MAX_VALUE;
        }
        return job.state() instanceof Queued queued && snapshot.now().isBefore(queued.notBefore())
                ? Long.MAX_VALUE / 2 + queued.notBefore().toEpochMilli()
                : job.ticketIn(queue).dueMillis();
    }

    private static WaitingOrder numbered(List<JobRecord> jobs) {
        WaitingOrder order = new WaitingOrder();
        Map<Tenant, Integer> ofTenant = new HashMap<>();
        long gpuMillisAhead = 0;
        for (JobRecord job : jobs) {
            order.inOrder.add(job.jobId());
            order.places.put(
                    job.jobId(),
                    new Place(order.inOrder.size(), ofTenant.merge(job.tenant(), 1, Integer::sum), gpuMillisAhead));
            gpuMillisAhead += job.remainingWork().gpuMillis();
        }
        return order;
    }

    List<JobId> inOrder() {
        return List.copyOf(inOrder);
    }

    Place of(JobId jobId) {
        Place place = places.get(jobId);
        if (place == null) {
            throw new IllegalArgumentException("does not wait: " + jobId);
        }
        return place;
    }

    private static final class Endless implements Room {
        @Override
        public boolean has(Shape shape) {
            return true;
        }

        @Override
        public boolean canEverHave(Shape shape) {
            return true;
        }
    }
}
