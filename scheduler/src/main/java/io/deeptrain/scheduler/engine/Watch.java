package io.deeptrain.scheduler.engine;

import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.job.Lease;

/** Watches over one lease: when its holder was last heard, and when it last showed new work. In heard time. */
final class Watch {
    private final JobId jobId;
    private final Lease lease;
    private final Message assignment;
    private final boolean entitled;
    private long renewedNanos;
    private long progressedNanos;
    private boolean closed;

    Watch(JobId jobId, Lease lease, Message assignment, boolean entitled, long heardNanos) {
        this.jobId = jobId;
        this.lease = lease;
        this.assignment = assignment;
        this.entitled = entitled;
        renewedNanos = heardNanos;
        progressedNanos = heardNanos;
    }

    JobId jobId() {
        return jobId;
    }

    Lease lease() {
        return lease;
    }

    /** Whether the job was within a guarantee when its lease began, or was taken up. */
    boolean isEntitled() {
        return entitled;
    }

    void acknowledge() {
        assignment.settle();
    }

    /** Whether the worker has shown that it heard of the assignment. */
    boolean isAcknowledged() {
        return assignment.isSettled();
    }

    void renew(long heardNanos) {
        renewedNanos = heardNanos;
    }

    void progress(long heardNanos) {
        progressedNanos = heardNanos;
    }

    long renewedNanos() {
        return renewedNanos;
    }

    long progressedNanos() {
        return progressedNanos;
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        assignment.settle();
        closed = true;
    }
}
