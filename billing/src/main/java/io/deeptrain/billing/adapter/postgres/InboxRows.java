package io.deeptrain.billing.adapter.postgres;

import io.deeptrain.messaging.Partition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** How far each partition is worked in, held still for one transaction. */
public final class InboxRows {
    private InboxRows() {}

    /** Locks the positions of the batch's partitions, and answers those of its records that lie at or after them. */
    public static List<ConsumerRecord<byte[], byte[]>> lockAndDropSeen(
            Connection connection, List<ConsumerRecord<byte[], byte[]>> batch) throws SQLException {
        SortedMap<Partition, Long> nextOffsets = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> kafkaRecord : batch) {
            nextOffsets.put(in(kafkaRecord), 0L);
        }
        for (Partition partition : List.copyOf(nextOffsets.keySet())) {
            nextOffsets.put(partition, lock(connection, partition));
        }
        return batch.stream()
                .filter(kafkaRecord -> kafkaRecord.offset() >= nextOffsets.getOrDefault(in(kafkaRecord), 0L))
                .toList();
    }

    /** The database's clock. */
    public static Instant now(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select clock_timestamp()");
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
    }

    private static long lock(Connection connection, Partition partition) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into billing.inbox_offset (topic, partition, next_offset) values (?, ?, 0)
                on conflict (topic, partition) do nothing""")) {
            insert.setString(1, partition.topic());
            insert.setInt(2, partition.number());
            insert.executeUpdate();
        }
        try (PreparedStatement select = connection.prepareStatement("""
                select next_offset from billing.inbox_offset where topic = ? and partition = ? for update""")) {
            select.setString(1, partition.topic());
            select.setInt(2, partition.number());
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static Partition in(ConsumerRecord<byte[], byte[]> kafkaRecord) {
        return new Partition(kafkaRecord.topic(), kafkaRecord.partition());
    }
}
