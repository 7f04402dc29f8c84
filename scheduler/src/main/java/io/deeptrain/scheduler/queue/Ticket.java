package io.deeptrain.scheduler.queue;

import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;

/**
 * A job's place in the queue.
 *
 * @param arrival no two jobs have the same
 */
public record Ticket(JobId jobId, Tenant tenant, int gpus, long arrival) implements Comparable<Ticket> {
    @Override
    public int compareTo(Ticket other) {
        return Long.compare(arrival, other.arrival);
    }
}
