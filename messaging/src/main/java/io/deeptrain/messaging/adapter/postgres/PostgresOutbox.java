package io.deeptrain.messaging.adapter.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.port.OutboxStore;
import io.deeptrain.messaging.port.TransportUnavailableException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The table {@code outbox} of one schema, see {@code db/migration/R__messaging.sql}.
 *
 * <p>Rows of one key must be inserted under a lock that their writers share, such as that of the job's row. Then a
 * larger id of a key is never committed before a smaller one, and the relay keeps their order.
 */
public final class PostgresOutbox {
    /** Bounds what a relay holds in memory. The first row is always taken. */
    private static final int BATCH_BYTES_MAX = 16 << 20;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};

    private final String schema;

    public PostgresOutbox(String schema) {
        this.schema = SchemaName.require(schema);
    }

    /** How much waits, and for how long the oldest row has. */
    public record Backlog(long rows, Duration oldestAge) {}

    /** Inserts the rows in their order, in the transaction of the effects that they tell of. */
    public void append(Connection connection, List<OutboxRow> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        // One statement, so that a batch costs one round trip and one notification.
        String sql = """
                insert into %s.outbox (topic, record_key, partition, headers, body)
                select topic, record_key, partition, headers::jsonb, body
                from unnest(?::text[], ?::text[], ?::int[], ?::text[], ?::bytea[])
                    with ordinality as rows (topic, record_key, partition, headers, body, position)
                order by position
                """.formatted(schema);
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setArray(
                    1, texts(connection, rows.stream().map(OutboxRow::topic).toArray()));
            insert.setArray(
                    2, texts(connection, rows.stream().map(OutboxRow::key).toArray()));
            insert.setArray(
                    3,
                    connection.createArrayOf(
                            "int4",
                            rows.stream()
                                    .map(row -> row.partition().isPresent()
                                            ? row.partition().getAsInt()
                                            : null)
                                    .toArray(Integer[]::new)));
            insert.setArray(
                    4,
                    texts(
                            connection,
                            rows.stream().map(row -> written(row.headers())).toArray()));
            insert.setArray(
                    5,
                    connection.createArrayOf(
                            "bytea", rows.stream().map(OutboxRow::body).toArray(byte[][]::new)));
            insert.executeUpdate();
        }
    }

    /** The relay's side of the table, in the transaction of this connection. */
    public OutboxStore on(Connection connection) {
        return new OutboxStore() {
            @Override
            public List<OutboxRow> unpublished(int max) {
                try {
                    return select(connection, max);
                } catch (SQLException away) {
                    throw new TransportUnavailableException("cannot read " + schema + ".outbox", away);
                }
            }

            @Override
            public void delete(List<Long> ids) {
                try {
                    PostgresOutbox.this.delete(connection, ids);
                } catch (SQLException away) {
                    throw new TransportUnavailableException("cannot delete from " + schema + ".outbox", away);
                }
            }
        };
    }

    public Backlog backlog(Connection connection) throws SQLException {
        String sql = """
                select count(*), coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0) * 1000
                from %s.outbox
                """.formatted(schema);
        try (PreparedStatement select = connection.prepareStatement(sql);
                ResultSet result = select.executeQuery()) {
            result.next();
            return new Backlog(result.getLong(1), Duration.ofMillis(Math.max(0, result.getLong(2))));
        }
    }

    private List<OutboxRow> select(Connection connection, int max) throws SQLException {
        String sql = """
                select id, topic, record_key, partition, headers, body
                from (
                    select *, sum(octet_length(body)) over (order by id) as bytes_so_far
                    from (select * from %1$s.outbox order by id limit ?) as oldest) as measured
                where bytes_so_far - octet_length(body) < ?
                order by id
                """.formatted(schema);
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setInt(1, max);
            select.setInt(2, BATCH_BYTES_MAX);
            try (ResultSet result = select.executeQuery()) {
                List<OutboxRow> rows = new ArrayList<>();
                while (result.next()) {
                    rows.add(row(result));
                }
                return rows;
            }
        }
    }

    private static OutboxRow row(ResultSet result) throws SQLException {
        int partition = result.getInt(4);
        OptionalInt chosen = result.wasNull() ? OptionalInt.empty() : OptionalInt.of(partition);
        return new OutboxRow(
                result.getLong(1),
                result.getString(2),
                result.getString(3),
                chosen,
                read(result.getString(5)),
                result.getBytes(6));
    }

    private void delete(Connection connection, List<Long> ids) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("delete from %s.outbox where id = any (?)".formatted(schema))) {
            delete.setArray(1, connection.createArrayOf("int8", ids.toArray()));
            int deleted = delete.executeUpdate();
            if (deleted != ids.size()) {
                throw new IllegalStateException(
                        "%d of %d published rows were still in %s.outbox: two relays are at work"
                                .formatted(deleted, ids.size(), schema));
            }
        }
    }

    private static Array texts(Connection connection, Object[] texts) throws SQLException {
        return connection.createArrayOf("text", texts);
    }

    private static String written(Map<String, String> headers) {
        try {
            return JSON.writeValueAsString(headers);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a map of texts can be written: " + headers, impossible);
        }
    }

    private static Map<String, String> read(String headers) {
        try {
            return JSON.readValue(headers, HEADERS);
        } catch (JsonProcessingException foreign) {
            throw new IllegalStateException("headers of an outbox row are not a map of texts: " + headers, foreign);
        }
    }
}
