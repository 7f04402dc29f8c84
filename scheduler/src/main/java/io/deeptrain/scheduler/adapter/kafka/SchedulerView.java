package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.scheduler.fleet.WorkerView;
import java.time.Instant;
import java.util.List;

/**
 * What the scheduler last committed, for other threads to look at.
 *
 * @param epoch of this process's leadership, 0 while it is not the leader
 * @param gpusAsked what all waiting jobs ask for together
 * @param asOf when a cycle or a look at the lease last went well, by the process's own clock
 */
public record SchedulerView(
        Role role,
        long epoch,
        Instant asOf,
        List<WorkerView> fleet,
        int readyCount,
        int backingOffCount,
        int heldCount,
        long gpusAsked) {
    public SchedulerView {
        fleet = List.copyOf(fleet);
    }

    /** What this process does. */
    public enum Role {
        /** Waits for PostgreSQL or Kafka. */
        STARTING,
        /** Another scheduler leads; this one takes over when that one is gone. */
        STANDBY,
        LEADING
    }

    static SchedulerView idle(Role role, Instant asOf) {
        return new SchedulerView(role, 0, asOf, List.of(), 0, 0, 0, 0);
    }
}
