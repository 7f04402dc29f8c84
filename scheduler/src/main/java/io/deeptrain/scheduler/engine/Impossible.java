package io.deeptrain.scheduler.engine;

import io.deeptrain.event.Fault;
import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.fleet.Fleet;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.placement.GpuKind;
import io.deeptrain.scheduler.queue.JobQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds jobs that can never run: no worker is as large, nor are all together that can share an attempt, or their own
 * queue may not hold as much. For how long that has been so is looked at, as a fleet that starts or a limit that is
 * about to be changed must fail nobody.
 */
final class Impossible {
    static final String NO_WORKER_LARGE_ENOUGH = "NO_WORKER_LARGE_ENOUGH";
    static final String OVER_QUEUE_LIMIT = "OVER_QUEUE_LIMIT";

    /** Looking means to look at all that wait. */
    static final Duration PAUSE = Duration.ofSeconds(10);

    private final Duration after;
    private Instant next = Instant.EPOCH;
    /** What there is of each kind that somebody waits for. */
    private final Map<GpuKind, Sizes> sizes = new TreeMap<>();
    /** Before the first look nobody knows for how long anything has been so. */
    private Optional<Instant> limitsSince = Optional.empty();

    /**
     * The most GPUs that an attempt could get.
     *
     * @param ofLargest worker, whether it takes on work or not; 0 if none is there
     * @param together of those that can share an attempt
     * @param since when it has been so
     */
    private record Sizes(int ofLargest, int together, Instant since) {
        int most() {
            return Math.max(ofLargest, together);
        }

        Sizes become(Sizes later) {
            return later.most() == most() ? new Sizes(later.ofLargest, later.together, since) : later;
        }
    }

    /** A job fails that could not have run for so long. */
    Impossible(Duration after) {
        this.after = after;
    }

    /** Limits have changed, or begin to count. */
    void limitsChanged(Instant now) {
        limitsSince = Optional.of(now);
    }

    /** The jobs that are to fail now, in the order in which they came, and what of. */
    Map<JobId, Failed> find(Fleet fleet, Collection<JobRecord> jobs, JobQueue queue, Instant now) {
        if (limitsSince.isEmpty()) {
            limitsChanged(now);
        }
        measure(fleet, queue, now);
        if (now.isBefore(next)) {
            return Map.of();
        }
        next = now.plus(PAUSE);
        boolean isFleetThere = fleet.size() > 0;
        boolean isToLook = queue.isAnyLimited()
                || (isFleetThere
                        && queue.shapesReady().stream().anyMatch(shape -> isTooLarge(shape.gpus(), shape.kind(), now)));
        if (!isToLook) {
            return Map.of();
        }
        Map<Long, JobRecord> inOrder = new TreeMap<>();
        for (JobRecord job : jobs) {
            if (job.state() instanceof Queued queued
                    && !now.isBefore(queued.since().plus(after))
                    && !job.isHeld()) {
                inOrder.put(job.arrival(), job);
            }
        }
        Map<JobId, Failed> impossible = new LinkedHashMap<>();
        for (JobRecord job : inOrder.values()) {
            flaw(job, isFleetThere, queue, now).ifPresent(failed -> impossible.put(job.jobId(), failed));
        }
        return impossible;
    }

    /** A kind is known from the moment on at which somebody waits for it. */
    private void measure(Fleet fleet, JobQueue queue, Instant now) {
        Set<GpuKind> kinds = new TreeSet<>();
        kinds.add(GpuKind.ANY);
        queue.shapesReady().forEach(shape -> kinds.add(shape.kind()));
        sizes.keySet().retainAll(kinds);
        for (GpuKind kind : kinds) {
            Sizes is = new Sizes(fleet.gpusOfLargest(kind), fleet.gpusTogether(kind), now);
            sizes.merge(kind, is, Sizes::become);
        }
    }

    private boolean isTooLarge(int gpus, GpuKind kind, Instant now) {
        Sizes of = sizes.get(kind);
        return of != null && gpus > of.most() && !now.isBefore(of.since().plus(after));
    }

    private Optional<Failed> flaw(JobRecord job, boolean isFleetThere, JobQueue queue, Instant now) {
        Sizes of = sizes.get(job.kind());
        if (of != null && isFleetThere && isTooLarge(job.gpus(), job.kind(), now)) {
            return Optional.of(new Failed(Fault.CAPACITY, NO_WORKER_LARGE_ENOUGH, tooLarge(job, of)));
        }
        boolean areLimitsKnown =
                limitsSince.filter(since -> !now.isBefore(since.plus(after))).isPresent();
        return areLimitsKnown
                ? queue.tooSmallFor(job.tenant(), job.shape())
                        .map(standing -> new Failed(
                                Fault.USER,
                                OVER_QUEUE_LIMIT,
                                "It needs %d GPUs, and %s may never hold more than %d."
                                        .formatted(
                                                job.gpus(),
                                                standing.queue(),
                                                standing.guaranteed() + standing.borrowMax())))
                : Optional.empty();
    }

    private String tooLarge(JobRecord job, Sizes of) {
        if (!job.kind().equals(GpuKind.ANY)) {
            return "It needs %d %s, and for %s no worker with such GPUs has had more than %d."
                    .formatted(job.gpus(), job.kind(), after, of.most());
        }
        return of.together() <= of.ofLargest()
                ? "It needs %d GPUs on one worker, and for %s the largest has had %d."
                        .formatted(job.gpus(), after, of.ofLargest())
                : "It needs %d GPUs, and for %s all workers of one class that can share a training have had %d."
                        .formatted(job.gpus(), after, of.together());
    }
}
