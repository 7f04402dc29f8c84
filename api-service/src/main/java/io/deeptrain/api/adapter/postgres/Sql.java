package io.deeptrain.api.adapter.postgres;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Statements with their arguments, for a reader who wants to see the SQL and nothing else. */
final class Sql {
    private Sql() {}

    /** Reads one row. */
    @FunctionalInterface
    interface Reading<T> {
        T of(ResultSet row) throws SQLException;
    }

    static <T> List<T> list(Connection connection, String sql, Reading<T> reading, @Nullable Object... arguments)
            throws SQLException {
        try (PreparedStatement statement = prepared(connection, sql, arguments);
                ResultSet rows = statement.executeQuery()) {
            List<T> list = new ArrayList<>();
            while (rows.next()) {
                list.add(reading.of(rows));
            }
            return list;
        }
    }

    static <T> Optional<T> first(Connection connection, String sql, Reading<T> reading, @Nullable Object... arguments)
            throws SQLException {
        return list(connection, sql, reading, arguments).stream().findFirst();
    }

    /** Answers how many rows it changed. */
    static int update(Connection connection, String sql, @Nullable Object... arguments) throws SQLException {
        try (PreparedStatement statement = prepared(connection, sql, arguments)) {
            return statement.executeUpdate();
        }
    }

    static Array texts(Connection connection, Collection<String> values) throws SQLException {
        return connection.createArrayOf("text", values.toArray());
    }

    /** One part of each thing; the arrays of one statement are in the same order. */
    static <T> Array texts(Connection connection, Collection<T> things, Function<T, String> part) throws SQLException {
        return texts(connection, things.stream().map(part).toList());
    }

    /** As {@link #texts(Connection, Collection, Function)}, null where there is no such part. */
    static <T> Array maybeTexts(Connection connection, Collection<T> things, Function<T, Optional<String>> part)
            throws SQLException {
        return connection.createArrayOf(
                "text",
                things.stream().map(thing -> part.apply(thing).orElse(null)).toArray());
    }

    /** The database's clock. */
    static Instant now(Connection connection) throws SQLException {
        return first(connection, "select clock_timestamp()", row -> instant(row, 1))
                .orElseThrow();
    }

    static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static Optional<Instant> maybeInstant(ResultSet row, int column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    static PreparedStatement prepared(Connection connection, String sql, @Nullable Object... arguments)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < arguments.length; i++) {
                Object argument = arguments[i];
                statement.setObject(i + 1, argument instanceof Instant at ? at.atOffset(ZoneOffset.UTC) : argument);
            }
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }
}
