package io.deeptrain.scheduler.job;

import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Span;
import io.deeptrain.event.Span.Partner;
import io.deeptrain.event.WorkerId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One worker's right to run a job until the lease lapses. When that is, is not kept with the job: leases run on heard
 * time, which begins anew whenever a scheduler loads its jobs, and every lease then has a fresh term.
 *
 * @param gpus how many the attempt holds, all on that worker but for what its partners have
 * @param span the partners, if there are any; the holder leads the attempt, and speaks for it
 */
public record Lease(
        WorkerId holder,
        IncarnationId incarnation,
        FencingToken token,
        int gpus,
        Instant grantedAt,
        Optional<Span> span) {
    public Lease {
        if (gpus < 1) {
            throw new IllegalArgumentException("a lease must grant at least one GPU: " + gpus);
        }
        int ofPartners = span.map(Span::gpus).orElse(0);
        if (ofPartners >= gpus) {
            throw new IllegalArgumentException("the holder must have one of the %d GPUs at least: %d are its partners'"
                    .formatted(gpus, ofPartners));
        }
    }

    /** All of it on one worker. */
    public Lease(WorkerId holder, IncarnationId incarnation, FencingToken token, int gpus, Instant grantedAt) {
        this(holder, incarnation, token, gpus, grantedAt, Optional.empty());
    }

    /** Who else runs a part of the attempt; nobody of most. */
    public List<Partner> partners() {
        return span.map(Span::partners).orElse(List.of());
    }

    /** Everybody who runs a part of the attempt, the holder first. */
    public List<Partner> members() {
        return Stream.concat(Stream.of(new Partner(holder, incarnation, gpusOfHolder())), partners().stream())
                .toList();
    }

    /** What that member has of it; 0 of everybody else. */
    public int gpusOf(WorkerId workerId) {
        return members().stream()
                .filter(member -> member.workerId().equals(workerId))
                .mapToInt(Partner::gpus)
                .sum();
    }

    public int gpusOfHolder() {
        return gpus - span.map(Span::gpus).orElse(0);
    }

    /** How the holder names this lease in its beats. */
    public Holding holdingOf(JobId job) {
        return new Holding(job, token);
    }
}
