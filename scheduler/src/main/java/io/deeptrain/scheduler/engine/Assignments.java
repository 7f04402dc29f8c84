package io.deeptrain.scheduler.engine;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.Span;
import io.deeptrain.event.Span.Partner;
import io.deeptrain.scheduler.engine.Watch.PartnerWatch;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.Lease;
import io.deeptrain.scheduler.job.Lineage;
import java.util.ArrayList;
import java.util.List;

/** What the workers of a lease are told to run. */
final class Assignments {
    private Assignments() {}

    static AttemptAssigned toHolder(JobRecord job, Lease lease, Lineage lineage) {
        return new AttemptAssigned(
                job.jobId(),
                lease.token(),
                lease.holder(),
                lease.incarnation(),
                job.tenant(),
                job.request().spec().withGpus(lease.gpus()),
                lineage.origin(),
                lease.span());
    }

    /** Each partner has the ranks that follow those of the one before it. */
    static List<PartnerWatch> toPartners(JobRecord job, Lease lease, long heardNanos) {
        List<PartnerWatch> watches = new ArrayList<>();
        int firstRank = lease.gpusOfHolder();
        for (Partner partner : lease.partners()) {
            RanksAssigned ranks = new RanksAssigned(
                    job.jobId(),
                    lease.token(),
                    partner.workerId(),
                    partner.incarnation(),
                    firstRank,
                    partner.gpus(),
                    lease.gpus(),
                    lease.span().map(Span::rendezvous).orElseThrow());
            watches.add(new PartnerWatch(partner, new Message(ranks), heardNanos));
            firstRank += partner.gpus();
        }
        return watches;
    }
}
