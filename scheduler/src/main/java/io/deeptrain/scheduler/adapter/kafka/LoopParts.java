package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.event.Topic;
import io.deeptrain.messaging.Partition;
import io.deeptrain.messaging.Position;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * What one loop keeps from session to session.
 *
 * @param rejected records that an engine could not fold, and why: they are parked when they are polled again
 */
record LoopParts(
        DataSource dataSource,
        LoopSettings settings,
        LoopListener listener,
        SchedulerTables tables,
        CloudEventRecords records,
        OrderDesk orders,
        SnapshotDesk snapshots,
        Map<Position, String> rejected) {
    static LoopParts of(DataSource dataSource, LoopSettings settings, LoopListener listener) {
        return new LoopParts(
                dataSource,
                settings,
                listener,
                new SchedulerTables(),
                new CloudEventRecords(),
                new OrderDesk(),
                new SnapshotDesk(),
                new HashMap<>());
    }

    /** Reads requests and attempts from where they were committed to, and heartbeats from now on. */
    AssignedConsumer openConsumer(Map<Partition, Long> committed) {
        Map<Partition, Long> nextOffsets = new HashMap<>(committed);
        // Where the heartbeats end is looked up first, so that one consumer can read all three topics.
        try (AssignedConsumer heartbeats = AssignedConsumer.open(
                settings.bootstrapServers(), List.of(Topic.HEARTBEATS), Map.of(), Beginning.NEWEST)) {
            nextOffsets.putAll(heartbeats.nextOffsets());
        }
        return AssignedConsumer.open(
                settings.bootstrapServers(),
                List.of(Topic.REQUESTS, Topic.ATTEMPTS, Topic.HEARTBEATS),
                nextOffsets,
                Beginning.OLDEST);
    }
}
