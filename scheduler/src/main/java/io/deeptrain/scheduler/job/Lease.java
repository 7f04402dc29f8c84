package io.deeptrain.scheduler.job;

import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import java.time.Instant;

/**
 * One worker's right to run a job until the lease lapses. When that is, is not kept with the job: leases run on heard
 * time, which begins anew whenever a scheduler loads its jobs, and every lease then has a fresh term.
 *
 * @param gpus how many the attempt holds, all on that worker
 */
public record Lease(WorkerId holder, IncarnationId incarnation, FencingToken token, int gpus, Instant grantedAt) {
    public Lease {
        if (gpus < 1) {
            throw new IllegalArgumentException("a lease must grant at least one GPU: " + gpus);
        }
    }

    /** How the holder names this lease in its beats. */
    public Holding holdingOf(JobId job) {
        return new Holding(job, token);
    }
}
