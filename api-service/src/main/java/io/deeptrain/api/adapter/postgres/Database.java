package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.status.StatusCode;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
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

    /** What PostgreSQL answers to a null character, in a text and in JSON. */
    private static final Set<String> UNKEEPABLE_TEXT = Set.of("22021", "22P05");

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
     * Does the work. Whatever it throws undoes it. Entities that the work finds or persists belong to the same
     * transaction; what it persists is written before the commit, or when it flushes.
     *
     * @throws Refusal while the database is away
     */
    public <T> T inTransaction(Work<T> work) {
        try {
            return QuarkusTransaction.requiringNew().call(() -> {
                try (Connection connection = dataSource.getConnection()) {
                    return work.on(connection);
                }
            });
        } catch (Refusal refusal) {
            throw refusal;
        } catch (RuntimeException failure) {
            Optional<SQLException> cause = sqlCauseOf(failure);
            if (cause.filter(Database::isAway).isPresent()) {
                LOG.warnf("the database is away: %s", cause.get().getMessage());
                throw new Refusal(StatusCode.UNAVAILABLE, "The database is away for a moment; please try again");
            }
            if (cause.map(SQLException::getSQLState)
                    .filter(UNKEEPABLE_TEXT::contains)
                    .isPresent()) {
                throw new Refusal(
                        StatusCode.BAD_REQUEST_FORMAT,
                        "A text of the request holds a null character (U+0000), which cannot be kept");
            }
            throw failure;
        }
    }

    private static Optional<SQLException> sqlCauseOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return Optional.of(sql);
            }
        }
        return Optional.empty();
    }

    /** No connection could be had in time, it broke, or the server is starting or stopping. */
    private static boolean isAway(SQLException e) {
        String state = e.getSQLState();
        return state == null || state.startsWith(CONNECTION_EXCEPTION) || state.startsWith(OPERATOR_INTERVENTION);
    }
}
