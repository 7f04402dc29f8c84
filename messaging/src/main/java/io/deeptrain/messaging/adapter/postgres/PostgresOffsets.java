package io.deeptrain.messaging.adapter.postgres;

import io.deeptrain.messaging.Partition;
import io.deeptrain.messaging.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The table {@code inbox_offset} of one schema: how far each partition has been processed. It is written in the
 * transaction of the effects, so that the two never disagree; Kafka's own group offsets say nothing here.
 */
public final class PostgresOffsets {
    private final String schema;

    public PostgresOffsets(String schema) {
        this.schema = SchemaName.require(schema);
    }

    /** The offset to read next, of each partition that was ever read. */
    public SortedMap<Partition, Long> load(Connection connection) throws SQLException {
        SortedMap<Partition, Long> nextOffsets = new TreeMap<>();
        try (PreparedStatement select = connection.prepareStatement(
                        "select topic, partition, next_offset from %s.inbox_offset".formatted(schema));
                ResultSet result = select.executeQuery()) {
            while (result.next()) {
                nextOffsets.put(new Partition(result.getString(1), result.getInt(2)), result.getLong(3));
            }
        }
        return nextOffsets;
    }

    /** Says that these records, and all before them in their partitions, are processed. */
    public void store(Connection connection, Collection<Position> processed) throws SQLException {
        SortedMap<Partition, Long> nextOffsets = new TreeMap<>();
        for (Position position : processed) {
            nextOffsets.merge(position.in(), position.offset() + 1, Math::max);
        }
        if (nextOffsets.isEmpty()) {
            return;
        }
        String sql = """
                insert into %s.inbox_offset (topic, partition, next_offset)
                select * from unnest(?::text[], ?::int[], ?::bigint[])
                on conflict (topic, partition) do update set next_offset = excluded.next_offset
                """.formatted(schema);
        try (PreparedStatement upsert = connection.prepareStatement(sql)) {
            upsert.setArray(
                    1,
                    connection.createArrayOf(
                            "text",
                            nextOffsets.keySet().stream().map(Partition::topic).toArray()));
            upsert.setArray(
                    2,
                    connection.createArrayOf(
                            "int4",
                            nextOffsets.keySet().stream().map(Partition::number).toArray()));
            upsert.setArray(
                    3, connection.createArrayOf("int8", nextOffsets.values().toArray()));
            upsert.executeUpdate();
        }
    }
}
