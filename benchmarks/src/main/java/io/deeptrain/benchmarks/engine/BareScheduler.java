package io.deeptrain.benchmarks.engine;

import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * The least that can make the same assignments: one queue in order of arrival and a map of who runs what. No fairness,
 * no leases, no fencing, no history: the reference for what those cost.
 */
final class BareScheduler {
    private final PriorityQueue<Waiting> queue = new PriorityQueue<>(Comparator.comparingLong(Waiting::arrival));
    private final Map<JobId, WorkerId> running = new HashMap<>();
    private long arrivals;

    private record Waiting(long arrival, JobId jobId) {}

    /** A job and the worker that is to run it. */
    record Assignment(JobId jobId, WorkerId workerId) {}

    void add(JobId jobId) {
        queue.add(new Waiting(arrivals++, jobId));
    }

    Assignment assign(WorkerId workerId) {
        JobId jobId = queue.remove().jobId();
        running.put(jobId, workerId);
        return new Assignment(jobId, workerId);
    }

    /** The job waits again, and its place goes to the one that has waited longest. */
    Assignment stopped(JobId jobId) {
        WorkerId workerId = running.remove(jobId);
        if (workerId == null) {
            throw new IllegalStateException("does not run: " + jobId);
        }
        add(jobId);
        return assign(workerId);
    }
}
