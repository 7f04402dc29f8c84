package io.deeptrain.scheduler.adapter.postgres;

import io.deeptrain.scheduler.adapter.json.ControlJson;
import io.deeptrain.scheduler.adapter.json.ControlJson.Row;
import io.deeptrain.scheduler.control.Controls;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What operators have ordered, and how workers stand. In the transaction of the connection. */
public final class ControlTable {
    private final ControlJson json = new ControlJson();

    public Controls load(Connection connection) throws SQLException {
        List<Row> rows = new ArrayList<>();
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery("select kind, name, value from scheduler.control")) {
            while (row.next()) {
                rows.add(new Row(row.getString(1), row.getString(2), row.getString(3)));
            }
        }
        return json.controls(rows);
    }

    /** These, instead of whatever there was. There are few of them, and they seldom change. */
    public void replace(Connection connection, Controls controls) throws SQLException {
        try (Statement delete = connection.createStatement()) {
            delete.executeUpdate("delete from scheduler.control");
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into scheduler.control (kind, name, value) values (?, ?, ?::json)")) {
            for (Row row : json.rows(controls)) {
                insert.setString(1, row.kind());
                insert.setString(2, row.name());
                insert.setString(3, row.value());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
