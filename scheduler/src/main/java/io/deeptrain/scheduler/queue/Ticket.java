package io.deeptrain.scheduler.queue;

import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;

/**
 * A job's place in its tenant's queue.
 *
 * @param dueMillis since 1970, see {@link Patience}; the earliest goes first
 * @param arrival no two jobs have the same
 */
public record Ticket(JobId jobId, Tenant tenant, Shape shape, long dueMillis, long arrival)
        implements Comparable<Ticket> {
    @Override
    public int compareTo(Ticket other) {
        int byDue = Long.compare(dueMillis, other.dueMillis);
        return byDue != 0 ? byDue : Long.compare(arrival, other.arrival);
    }
}
