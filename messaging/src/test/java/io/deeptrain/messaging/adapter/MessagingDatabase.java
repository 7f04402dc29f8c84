package io.deeptrain.messaging.adapter;

import io.deeptrain.localservers.ServiceSchema;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.adapter.postgres.PostgresOutbox;
import io.deeptrain.testservers.adapter.TestServers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A new database with the tables of messaging in one service's schema, used as that service's runtime role. */
final class MessagingDatabase {
    static final String SCHEMA = ServiceSchema.SCHEDULER.schema();

    private static final String MIGRATION = "/db/migration/R__messaging.sql";

    private final String jdbcUrl;
    private final PostgresOutbox outbox = new PostgresOutbox(SCHEMA);

    private MessagingDatabase(String jdbcUrl) {
        this.jdbcUrl = jdbcUrl;
    }

    static MessagingDatabase create() throws SQLException, IOException {
        MessagingDatabase database = new MessagingDatabase(TestServers.newDatabase());
        String owner = ServiceSchema.SCHEDULER.ownerRole();
        try (Connection connection = DriverManager.getConnection(
                        database.jdbcUrl, owner, TestServers.passwords().of(owner));
                Statement statement = connection.createStatement()) {
            String tables = tables().replace("${flyway:defaultSchema}", SCHEMA);
            statement.execute(tables);
            // Whoever changes it must be able to run it over what is there.
            statement.execute(tables);
        }
        return database;
    }

    DataSource dataSource() {
        String role = ServiceSchema.SCHEDULER.runtimeRole();
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(jdbcUrl);
        dataSource.setUser(role);
        dataSource.setPassword(TestServers.passwords().of(role));
        return dataSource;
    }

    /** A connection that has to be committed. */
    Connection connect() throws SQLException {
        Connection connection = dataSource().getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    void append(List<OutboxRow> rows) throws SQLException {
        try (Connection connection = connect()) {
            outbox.append(connection, rows);
            connection.commit();
        }
    }

    List<OutboxRow> unpublished() throws SQLException {
        try (Connection connection = connect()) {
            return outbox.on(connection).unpublished(1_000);
        }
    }

    private static String tables() throws IOException {
        try (InputStream script = Objects.requireNonNull(OutboxRow.class.getResourceAsStream(MIGRATION), MIGRATION)) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
