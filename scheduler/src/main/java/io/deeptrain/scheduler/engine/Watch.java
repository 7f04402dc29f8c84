package io.deeptrain.scheduler.engine;

import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Span.Partner;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.job.Lease;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Watches over one lease: when its holder and its partners were last heard, and when it last showed new work. In heard
 * time.
 */
final class Watch {
    private final JobId jobId;
    private final Lease lease;
    private final Message assignment;
    private final boolean entitled;
    private final List<PartnerWatch> partners;
    private long renewedNanos;
    private long progressedNanos;
    private boolean closed;

    /** The part of a partner. */
    static final class PartnerWatch {
        private final Partner partner;
        private final Message assignment;
        private long renewedNanos;

        PartnerWatch(Partner partner, Message assignment, long heardNanos) {
            this.partner = partner;
            this.assignment = assignment;
            renewedNanos = heardNanos;
        }

        Partner partner() {
            return partner;
        }

        boolean isOf(WorkerId workerId, IncarnationId incarnation) {
            return partner.workerId().equals(workerId) && partner.incarnation().equals(incarnation);
        }

        /** Whether it has shown that it heard of its ranks. */
        boolean isAcknowledged() {
            return assignment.isSettled();
        }

        /** A beat lists the attempt. */
        void renew(long heardNanos) {
            assignment.settle();
            renewedNanos = heardNanos;
        }

        long renewedNanos() {
            return renewedNanos;
        }
    }

    Watch(
            JobId jobId,
            Lease lease,
            Message assignment,
            List<PartnerWatch> partners,
            boolean entitled,
            long heardNanos) {
        this.partners = List.copyOf(partners);
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

    /** When it will have shown no new work for so long. */
    long quietNanos(Duration limit) {
        return progressedNanos + limit.toNanos();
    }

    List<PartnerWatch> partners() {
        return partners;
    }

    /** When the one of holder and partners was heard that was not heard for longest. */
    long renewedByAllNanos() {
        long oldest = renewedNanos;
        for (PartnerWatch partner : partners) {
            oldest = Math.min(oldest, partner.renewedNanos);
        }
        return oldest;
    }

    boolean isClosed() {
        return closed;
    }

    /** What holder and partners were told to run. */
    List<Message> assignments() {
        if (partners.isEmpty()) {
            return List.of(assignment);
        }
        return Stream.concat(Stream.of(assignment), partners.stream().map(partner -> partner.assignment))
                .toList();
    }

    /** Nobody need hear of it any more who has not. */
    void settleAll() {
        assignment.settle();
        partners.forEach(partner -> partner.assignment.settle());
    }

    void close() {
        settleAll();
        closed = true;
    }
}
