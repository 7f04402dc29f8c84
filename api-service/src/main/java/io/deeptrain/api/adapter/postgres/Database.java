package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.Precondition;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.status.StatusCode;
import io.quarkus.hibernate.orm.panache.Panache;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
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

    /** Serialization failure and deadlock. */
    private static final Set<String> OVERTAKEN = Set.of("40001", "40P01");

    /** Bound while a precondition is looked at, whose reads belong to the transaction that it is for. */
    private static final ScopedValue<Boolean> LOOKING = ScopedValue.newInstance();

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
     * <p>If the call has a {@link Precondition}, this looks at it before it does the work, and sees in both the one
     * state that the commit requires to be the newest.
     *
     * @throws Refusal while the database is away, or if the precondition is not met
     */
    public <T> T inTransaction(Work<T> work) {
        if (LOOKING.isBound()) {
            return inThisTransaction(work);
        }
        Optional<Precondition> precondition = Precondition.pending();
        try {
            return QuarkusTransaction.requiringNew().call(() -> {
                try (Connection connection = dataSource.getConnection()) {
                    return precondition.isPresent()
                            ? onlyIf(precondition.get(), connection, work)
                            : work.on(connection);
                }
            });
        } catch (Refusal refusal) {
            throw refusal;
        } catch (RuntimeException failure) {
            if (precondition.isPresent() && isOvertaken(failure)) {
                throw new Refusal(
                        StatusCode.CHANGED_MEANWHILE,
                        "Somebody else changed this at the same moment; please read it again");
            }
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

    /**
     * Serializable, so that of two who look at the same state and change it only one commits; and whoever changes it
     * without looking first is noticed where both touch the same rows.
     */
    private static <T> T onlyIf(Precondition precondition, Connection connection, Work<T> work) throws SQLException {
        Sql.update(connection, "set transaction isolation level serializable");
        ScopedValue.where(LOOKING, true).run(precondition::require);
        T done = work.on(connection);
        Panache.getEntityManager().flush();
        if (hasChangedSomething(connection)) {
            precondition.spend();
        }
        return done;
    }

    /** Only a transaction that writes, or locks, is given a number. */
    private static boolean hasChangedSomething(Connection connection) throws SQLException {
        return Sql.first(connection, "select pg_current_xact_id_if_assigned() is not null", row -> row.getBoolean(1))
                .orElseThrow();
    }

    private <T> T inThisTransaction(Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            return work.on(connection);
        } catch (SQLException e) {
            throw new IllegalStateException("what a precondition is about cannot be read", e);
        }
    }

    /** A commit may fail with the reason as what was suppressed. */
    private static boolean isOvertaken(Throwable failure) {
        return (failure instanceof SQLException sql && OVERTAKEN.contains(sql.getSQLState()))
                || (failure.getCause() != null && isOvertaken(failure.getCause()))
                || Arrays.stream(failure.getSuppressed()).anyMatch(Database::isOvertaken);
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
