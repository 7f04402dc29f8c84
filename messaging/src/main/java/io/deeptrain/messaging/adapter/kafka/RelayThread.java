package io.deeptrain.messaging.adapter.kafka;

import io.deeptrain.messaging.OutboxRelay;
import io.deeptrain.messaging.adapter.postgres.PostgresOutbox;
import io.deeptrain.messaging.adapter.postgres.PostgresOutbox.Backlog;
import io.deeptrain.messaging.port.TransportUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/**
 * Publishes the outbox of one schema for as long as it is open. Of all that run against a schema one leads, by an
 * advisory lock that its connection holds; when that connection goes, another takes over.
 *
 * <ol>
 *   <li>Connect, listen for the outbox's notifications, take the lock or try again a moment later.
 *   <li>Move rows, one transaction a round, until a round finds none.
 *   <li>Wait for a notification, but no longer than the fallback.
 *   <li>Whatever fails: give back the connection, wait with growing, jittered pauses, begin again.
 * </ol>
 */
public final class RelayThread implements AutoCloseable {
    private static final Logger LOG = System.getLogger(RelayThread.class.getName());
    private static final Duration FALLBACK = Duration.ofMillis(200);
    private static final Duration STANDBY_PAUSE = Duration.ofMillis(500);
    private static final Duration PAUSE_MIN = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    private static final Duration BACKLOG_AGE_MAX = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);

    private final DataSource dataSource;
    private final String schema;
    private final PostgresOutbox outbox;
    private final KafkaEventLog log;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private final AtomicLong publishedTotal = new AtomicLong();
    private final AtomicLong failuresTotal = new AtomicLong();
    private volatile boolean leading;
    private volatile Optional<Backlog> backlog = Optional.empty();
    private long backlogSeenNanos = System.nanoTime() - BACKLOG_AGE_MAX.toNanos();

    private RelayThread(DataSource dataSource, String schema, String bootstrapServers) {
        this.dataSource = dataSource;
        this.schema = schema;
        this.outbox = new PostgresOutbox(schema);
        this.log = new KafkaEventLog(bootstrapServers);
        this.thread =
                Thread.ofPlatform().name("outbox-relay-" + schema).daemon().unstarted(this::run);
    }

    /** Begins to publish; whether the database and the broker are there yet does not matter. */
    public static RelayThread start(DataSource dataSource, String schema, String bootstrapServers) {
        RelayThread relay = new RelayThread(dataSource, schema, bootstrapServers);
        relay.thread.start();
        return relay;
    }

    /** Rows that this relay has moved. */
    public long publishedTotal() {
        return publishedTotal.get();
    }

    /** Times that the database or the broker was away. */
    public long failuresTotal() {
        return failuresTotal.get();
    }

    /** Whether it is this relay that publishes. */
    public boolean leading() {
        return leading;
    }

    /**
     * What waited when this relay last looked; nothing is known before the first look and while the database is away.
     * It looks about once a second, and at the least between two tries to reach a broker that is away.
     */
    public Optional<Backlog> backlog() {
        return backlog;
    }

    /** Ends after the round under way. */
    @Override
    public void close() {
        closing.countDown();
        try {
            if (!thread.join(CLOSE_TIMEOUT)) {
                LOG.log(Level.WARNING, "the outbox relay of {0} did not end within {1}", schema, CLOSE_TIMEOUT);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        log.close();
    }

    private void run() {
        Duration pause = PAUSE_MIN;
        while (!closed(Duration.ZERO)) {
            long publishedBefore = publishedTotal.get();
            try {
                session();
                pause = PAUSE_MIN;
            } catch (SQLException | TransportUnavailableException away) {
                failuresTotal.incrementAndGet();
                leading = false;
                if (away instanceof SQLException) {
                    backlog = Optional.empty();
                }
                LOG.log(Level.WARNING, "the outbox relay of " + schema + " begins again", away);
                pause = publishedTotal.get() > publishedBefore ? PAUSE_MIN : min(pause.multipliedBy(2), PAUSE_MAX);
                closed(jittered(pause));
            } catch (RuntimeException bug) {
                // The thread must not die: nobody would publish. A bug shows in the log, the counter and the backlog.
                failuresTotal.incrementAndGet();
                leading = false;
                LOG.log(Level.ERROR, "the outbox relay of " + schema + " met a bug and begins again", bug);
                pause = PAUSE_MAX;
                closed(jittered(pause));
            }
        }
        leading = false;
    }

    private void session() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            try {
                connection.setAutoCommit(true);
                if (lead(connection)) {
                    relay(connection);
                }
            } finally {
                leading = false;
                release(connection);
            }
        }
    }

    /** Waits until this relay leads; false if it is closed before. */
    private boolean lead(Connection connection) throws SQLException {
        while (!lock(connection)) {
            lookAtBacklog(connection);
            if (closed(STANDBY_PAUSE)) {
                return false;
            }
        }
        leading = true;
        return true;
    }

    private void relay(Connection connection) throws SQLException {
        execute(connection, "listen " + schema + "_outbox");
        PGConnection notified = connection.unwrap(PGConnection.class);
        while (!closed(Duration.ZERO)) {
            // Before the round, for a round may end with the broker's absence, which is when the backlog matters.
            lookAtBacklog(connection);
            connection.setAutoCommit(false);
            int moved = OutboxRelay.round(outbox.on(connection), log);
            connection.commit();
            connection.setAutoCommit(true);
            publishedTotal.addAndGet(moved);
            if (moved == 0) {
                notified.getNotifications(Math.toIntExact(FALLBACK.toMillis()));
            }
        }
    }

    private boolean lock(Connection connection) throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement("select pg_try_advisory_lock(hashtext('deeptrain.outbox'), hashtext(?))")) {
            lock.setString(1, schema);
            try (ResultSet result = lock.executeQuery()) {
                result.next();
                return result.getBoolean(1);
            }
        }
    }

    private void lookAtBacklog(Connection connection) throws SQLException {
        if (System.nanoTime() - backlogSeenNanos >= BACKLOG_AGE_MAX.toNanos()) {
            backlog = Optional.of(outbox.backlog(connection));
            backlogSeenNanos = System.nanoTime();
        }
    }

    /** The connection may go back to a pool: neither the lock nor the listening may go with it. */
    private static void release(Connection connection) throws SQLException {
        if (connection.isClosed()) {
            return;
        }
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            execute(connection, "select pg_advisory_unlock_all()");
            execute(connection, "unlisten *");
        } catch (SQLException broken) {
            connection.abort(Runnable::run);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Waits, and answers whether this relay is being closed. */
    private boolean closed(Duration atMost) {
        try {
            return closing.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            closing.countDown();
            return true;
        }
    }

    private static Duration jittered(Duration pause) {
        long nanos = pause.toNanos();
        return Duration.ofNanos(ThreadLocalRandom.current().nextLong(nanos / 2, nanos + 1));
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
