package io.deeptrain.scheduler.adapter.postgres;

import io.deeptrain.scheduler.adapter.json.ControlJson;
import io.deeptrain.scheduler.control.AuditEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** What operators did. In the transaction of the connection. */
public final class AuditTable {
    private final ControlJson json = new ControlJson();

    public void append(Connection connection, List<AuditEntry> entries) throws SQLException {
        if (entries.isEmpty()) {
            return;
        }
        String sql = """
                insert into scheduler.control_audit (at, operator, action, target, before, after)
                values (?, ?, ?, ?, ?::json, ?::json)
                """;
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (AuditEntry entry : entries) {
                insert.setObject(1, entry.at().atOffset(ZoneOffset.UTC));
                insert.setString(2, entry.operator());
                insert.setString(3, entry.action());
                insert.setString(4, entry.target());
                insert.setString(5, json.written(entry.before()));
                insert.setString(6, json.written(entry.after()));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** The newest first, by number; those with a number below {@code before}, and so many at most. */
    public SequencedMap<Long, AuditEntry> page(Connection connection, long before, int limit) throws SQLException {
        String sql = """
                select id, at, operator, action, target, before, after from scheduler.control_audit
                where id < ? order by id desc limit ?
                """;
        SequencedMap<Long, AuditEntry> page = new LinkedHashMap<>();
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setLong(1, before);
            select.setInt(2, limit);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    page.put(
                            row.getLong(1),
                            new AuditEntry(
                                    row.getObject(2, OffsetDateTime.class).toInstant(),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getString(5),
                                    json.fields(row.getString(6)),
                                    json.fields(row.getString(7))));
                }
            }
        }
        return page;
    }
}
