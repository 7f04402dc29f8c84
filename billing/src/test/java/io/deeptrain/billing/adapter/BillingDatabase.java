package io.deeptrain.billing.adapter;

import io.deeptrain.localservers.ServiceSchema;
import io.deeptrain.testservers.adapter.TestServers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/** A fresh database with the schema of billing, for one test. */
public final class BillingDatabase {
    private final String url;

    private BillingDatabase(String url) {
        this.url = url;
    }

    public static BillingDatabase migrated() {
        BillingDatabase database = new BillingDatabase(TestServers.newDatabase());
        Flyway.configure()
                .dataSource(database.url, ServiceSchema.BILLING.ownerRole(), ServiceSchema.BILLING.ownerRole())
                .defaultSchema(ServiceSchema.BILLING.schema())
                .createSchemas(false)
                .load()
                .migrate();
        return database;
    }

    /** As the service sees it. */
    public DataSource asService() {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url);
        dataSource.setUser(ServiceSchema.BILLING.runtimeRole());
        dataSource.setPassword(ServiceSchema.BILLING.runtimeRole());
        return dataSource;
    }

    public void execute(ServiceRole role, String sql) throws SQLException {
        try (Connection connection = connect(role);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Each row as its columns, joined by blanks. */
    public List<String> rows(String sql) throws SQLException {
        return rows(asService(), sql);
    }

    /** The differences that {@code reconciliation.sql} finds. */
    public List<String> reconciliation() throws SQLException {
        return rows(reconciliationSql());
    }

    public static String reconciliationSql() {
        try (InputStream script = Objects.requireNonNull(
                BillingDatabase.class.getResourceAsStream("/reconciliation.sql"), "reconciliation.sql")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public static List<String> rows(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery(sql)) {
                List<String> rows = new ArrayList<>();
                while (row.next()) {
                    List<String> columns = new ArrayList<>();
                    for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
                        columns.add(row.getString(column));
                    }
                    rows.add(String.join(" ", columns));
                }
                return rows;
            }
        }
    }

    /** Who does something to the database. */
    public enum ServiceRole {
        OWNER,
        SERVICE,
        SUPERUSER
    }

    private Connection connect(ServiceRole role) throws SQLException {
        return switch (role) {
            case OWNER ->
                DriverManager.getConnection(url, ServiceSchema.BILLING.ownerRole(), ServiceSchema.BILLING.ownerRole());
            case SERVICE -> asService().getConnection();
            case SUPERUSER ->
                DriverManager.getConnection(
                        url,
                        TestServers.postgres().superuser(),
                        TestServers.postgres().superuserPassword());
        };
    }
}
