package io.deeptrain.scheduler.adapter.postgres;

import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.adapter.json.ControlJson;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.placement.Condition;
import io.deeptrain.scheduler.placement.QuarantineRule.Standing;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SortedMap;
import java.util.TreeMap;

/** What operators have ordered, and how workers stand. In the transaction of the connection. */
public final class ControlTable {
    private static final String CONDITION = "condition";
    private static final String STANDING = "standing";

    private final ControlJson json = new ControlJson();

    public Controls load(Connection connection) throws SQLException {
        SortedMap<QueueName, Member> queues = new TreeMap<>();
        SortedMap<WorkerId, Condition> conditions = new TreeMap<>();
        SortedMap<WorkerId, Standing> standings = new TreeMap<>();
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery("select kind, name, value from scheduler.control")) {
            while (row.next()) {
                String kind = row.getString(1);
                String name = row.getString(2);
                String value = row.getString(3);
                switch (kind) {
                    case CONDITION -> conditions.put(new WorkerId(name), json.condition(value));
                    case STANDING -> standings.put(new WorkerId(name), json.standing(value));
                    default -> {
                        QueueName queue = QueueName.parse(kind, name)
                                .orElseThrow(() -> new SQLException("no name of a queue: %s %s".formatted(kind, name)));
                        queues.put(queue, json.member(queue, value));
                    }
                }
            }
        }
        return new Controls(queues, conditions, standings);
    }

    /** These, instead of whatever there was. There are few of them, and they seldom change. */
    public void replace(Connection connection, Controls controls) throws SQLException {
        try (Statement delete = connection.createStatement()) {
            delete.executeUpdate("delete from scheduler.control");
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into scheduler.control (kind, name, value) values (?, ?, ?::json)")) {
            for (var queue : controls.queues().entrySet()) {
                add(insert, queue.getKey().kind(), queue.getKey().name(), json.written(queue.getValue()));
            }
            for (var worker : controls.conditions().entrySet()) {
                add(insert, CONDITION, worker.getKey().value(), json.written(worker.getValue()));
            }
            for (var worker : controls.standings().entrySet()) {
                add(insert, STANDING, worker.getKey().value(), json.written(worker.getValue()));
            }
            insert.executeBatch();
        }
    }

    private static void add(PreparedStatement insert, String kind, String name, String value) throws SQLException {
        insert.setString(1, kind);
        insert.setString(2, name);
        insert.setString(3, value);
        insert.addBatch();
    }
}
