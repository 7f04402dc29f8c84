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

    /** The term begins anew, and this session stands for the leader. */
    private static final String HELD = """
            expires_at = clock_timestamp() + interval '%d milliseconds',
            session_pid = pg_backend_pid(),
            session_began = (select backend_start from pg_stat_get_activity(pg_backend_pid()))
            """.formatted(TERM.toMillis());

    private LeaderLease() {}

    /**
     * Begins a new epoch if nobody holds the lease: if its term is over, or the session that took or renewed it has
     * ended, as that of a killed process does at once. On a connection that commits by itself, and that the leader
     * keeps open: it is what shows that it lives.
     */
    public static Optional<Leadership> tryTake(Connection connection, SchedulerId candidate) throws SQLException {
        String sql = """
                update scheduler.leader set holder = ?, epoch = epoch + 1, %s
                where expires_at < clock_timestamp()
                   or session_pid is not null and not exists (
                      select from pg_stat_get_activity(session_pid) where backend_start = session_began)
                returning epoch
                """.formatted(HELD);
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, candidate.value());
            try (ResultSet taken = update.executeQuery()) {
                return taken.next() ? Optional.of(new Leadership(candidate, taken.getLong(1))) : Optional.empty();
            }
        }
    }

    /** On the connection that the lease was taken on, or on one that takes its place. */
    public static void renew(Connection connection, Leadership leadership)
            throws SQLException, LeadershipLostException {
        String sql = "update scheduler.leader set %s where holder = ? and epoch = ?".formatted(HELD);
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
