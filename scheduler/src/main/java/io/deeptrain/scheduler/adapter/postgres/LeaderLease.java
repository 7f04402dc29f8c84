package io.deeptrain.scheduler.adapter.postgres;

import io.deeptrain.event.SchedulerId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** The row that says who schedules. Its time is the database's. */
public final class LeaderLease {
    /** A leader that does not renew for so long is succeeded. */
    public static final Duration TERM = Duration.ofSeconds(3);

    private static final String EXPIRES =
            "expires_at = clock_timestamp() + interval '%d milliseconds'".formatted(TERM.toMillis());

    private LeaderLease() {}

    /** Begins a new epoch if nobody holds the lease. On a connection that commits by itself. */
    public static Optional<Leadership> tryTake(Connection connection, SchedulerId candidate) throws SQLException {
        String sql = """
                update scheduler.leader set holder = ?, epoch = epoch + 1, %s
                where expires_at < clock_timestamp()
                returning epoch
                """.formatted(EXPIRES);
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, candidate.value());
            try (ResultSet taken = update.executeQuery()) {
                return taken.next() ? Optional.of(new Leadership(candidate, taken.getLong(1))) : Optional.empty();
            }
        }
    }

    public static void renew(Connection connection, Leadership leadership)
            throws SQLException, LeadershipLostException {
        String sql = "update scheduler.leader set %s where holder = ? and epoch = ?".formatted(EXPIRES);
        if (update(connection, sql, leadership) == 0) {
            throw new LeadershipLostException(leadership);
        }
    }

    /** Lets a standby take over at once. */
    public static void release(Connection connection, Leadership leadership) throws SQLException {
        update(
                connection,
                "update scheduler.leader set expires_at = '-infinity' where holder = ? and epoch = ?",
                leadership);
    }

    /**
     * The database's time, if this is still the leader. Until the transaction ends nobody else can become it, so that
     * what the transaction commits is the leader's.
     */
    public static Instant now(Connection connection, Leadership leadership)
            throws SQLException, LeadershipLostException {
        String sql = "select clock_timestamp() from scheduler.leader where holder = ? and epoch = ? for share";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, leadership.holder().value());
            select.setLong(2, leadership.epoch());
            try (ResultSet result = select.executeQuery()) {
                if (!result.next()) {
                    throw new LeadershipLostException(leadership);
                }
                return result.getObject(1, OffsetDateTime.class).toInstant();
            }
        }
    }

    private static int update(Connection connection, String sql, Leadership leadership) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, leadership.holder().value());
            update.setLong(2, leadership.epoch());
            return update.executeUpdate();
        }
    }
}
