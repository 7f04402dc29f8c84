package io.deeptrain.localservers.adapter.postgres;

import io.deeptrain.localservers.RolePasswords;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;

/** Where a PostgreSQL server is and who may do everything there. */
public record ServerAddress(String host, int port, String superuser, String superuserPassword) {

    public String jdbcUrl(String database) {
        return "jdbc:postgresql://" + host + ":" + port + "/" + database;
    }

    /** Makes sure that the database is there with a schema and two roles for each service. Returns its address. */
    public String prepare(String database, RolePasswords passwords) throws SQLException {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            if (!exists(statement, database)) {
                statement.execute("create database " + statement.enquoteIdentifier(database, true));
            }
        }
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(passwords.fillIn(rolesScript()));
        }
        return jdbcUrl(database);
    }

    private static boolean exists(Statement statement, String database) throws SQLException {
        try (ResultSet found = statement.executeQuery(
                "select 1 from pg_database where datname = " + statement.enquoteLiteral(database))) {
            return found.next();
        }
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database), superuser, superuserPassword);
    }

    private static String rolesScript() {
        try (InputStream script =
                Objects.requireNonNull(RolePasswords.class.getResourceAsStream("roles.sql"), "roles.sql")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
