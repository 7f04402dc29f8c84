package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.status.StatusCode;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/** Runs work in one transaction: all of it is kept, or nothing. */
@ApplicationScoped
public class Database {
    /** The part of the database that the front door owns. */
    public static final String SCHEMA = "api";

    private static final Logger LOG = Logger.getLogger(Database.class);

    /** Classes of SQLSTATE. */
    private static final String CONNECTION_EXCEPTION = "08";

    private static final String OPERATOR_INTERVENTION = "57P";

    private final DataSource dataSource;

    Database(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** What is done inside a transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /**
     * Does the work. Whatever it throws undoes it.
     *
     * @throws Refusal while the database is away
     */
    public <T> T inTransaction(Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            boolean committed = false;
            try {
                T result = work.on(connection);
                connection.commit();
                committed = true;
                return result;
            } finally {
                if (!committed) {
                    connection.rollback();
                }
            }
        } catch (SQLException e) {
            if (isAway(e)) {
                LOG.warnf("the database is away: %s", e.getMessage());
                throw new Refusal(StatusCode.UNAVAILABLE, "The database is away for a moment; please try again");
            }
            throw new DatabaseException(e);
        }
    }

    /** No connection could be had in time, it broke, or the server is starting or stopping. */
    private static boolean isAway(SQLException e) {
        String state = e.getSQLState();
        return state == null || state.startsWith(CONNECTION_EXCEPTION) || state.startsWith(OPERATOR_INTERVENTION);
    }

    /** The database could not do what was asked. */
    public static final class DatabaseException extends RuntimeException {
        DatabaseException(SQLException cause) {
            super(cause);
        }
    }
}
