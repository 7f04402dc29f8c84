package io.deeptrain.scheduler.engine;

import io.deeptrain.event.Fault;
import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.queue.JobQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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
    private int gpusOfLargest;
    private int gpusTogether;
    private Instant largestSince = Instant.EPOCH;
    /** Before the first look nobody knows for how long anything has been so. */
    private Optional<Instant> limitsSince = Optional.empty();

    /** A job fails that could not have run for so long. */
    Impossible(Duration after) {
        this.after = after;
    }

    /** Limits have changed, or begin to count. */
    void limitsChanged(Instant now) {
        limitsSince = Optional.of(now);
    }

    /**
     * The jobs that are to fail now, in the order in which they came, and what of.
     *
     * @param largest GPUs of the largest worker that is there, whether it takes on work or not; 0 if none is
     * @param together what those have that can share an attempt
     */
    Map<JobId, Failed> find(int largest, int together, Collection<JobRecord> jobs, JobQueue queue, Instant now) {
        if (limitsSince.isEmpty()) {
            limitsChanged(now);
        }
        if (Math.max(largest, together) != most()) {
            largestSince = now;
        }
        gpusOfLargest = largest;
        gpusTogether = together;
        if (now.isBefore(next)) {
            return Map.of();
        }
        next = now.plus(PAUSE);
        boolean isFleetKnown = largest > 0 && !now.isBefore(largestSince.plus(after));
        boolean isToLook = (isFleetKnown && queue.gpusOfLargestReady() > most()) || queue.isAnyLimited();
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
            flaw(job, isFleetKnown, queue, now).ifPresent(failed -> impossible.put(job.jobId(), failed));
        }
        return impossible;
    }

    private int most() {
        return Math.max(gpusOfLargest, gpusTogether);
    }

    private Optional<Failed> flaw(JobRecord job, boolean isFleetKnown, JobQueue queue, Instant now) {
        if (isFleetKnown && job.gpus() > most()) {
            return Optional.of(new Failed(
                    Fault.CAPACITY,
                    NO_WORKER_LARGE_ENOUGH,
                    gpusTogether <= gpusOfLargest
                            ? "It needs %d GPUs on one worker, and for %s the largest has had %d."
                                    .formatted(job.gpus(), after, gpusOfLargest)
                            : "It needs %d GPUs, and for %s all workers of one class that can share a training have had %d."
                                    .formatted(job.gpus(), after, gpusTogether)));
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
}
