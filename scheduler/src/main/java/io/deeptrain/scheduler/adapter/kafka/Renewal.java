package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.event.SchedulerId;
import io.deeptrain.scheduler.adapter.postgres.LeaderLease;
import io.deeptrain.scheduler.adapter.postgres.Leadership;
import io.deeptrain.scheduler.adapter.postgres.LeadershipLostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Renews the leader's lease from a thread of its own, so that a long batch does not cost it. The connection that it
 * does so on stays open, as a standby takes over as soon as it is closed.
 */
final class Renewal implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Renewal.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final DataSource dataSource;
    private final Leadership leadership;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile Connection connection;
    private volatile boolean lost;

    private Renewal(DataSource dataSource, Connection connection, Leadership leadership) {
        this.dataSource = dataSource;
        this.connection = connection;
        this.leadership = leadership;
        thread = Thread.ofPlatform().name("leader-renewal").daemon().start(this::run);
    }

    /** Leads from now on, if nobody else does. */
    static Optional<Renewal> tryLead(DataSource dataSource, SchedulerId candidate) throws SQLException {
        Connection connection = dataSource.getConnection();
        Optional<Leadership> taken = Optional.empty();
        try {
            taken = LeaderLease.tryTake(connection, candidate);
        } finally {
            if (taken.isEmpty()) {
                connection.close();
            }
        }
        return taken.map(leadership -> new Renewal(dataSource, connection, leadership));
    }

    Leadership leadership() {
        return leadership;
    }

    boolean isLost() {
        return lost;
    }

    /** Ends the renewal, and the leadership with it. */
    @Override
    public void close() {
        closing.countDown();
        try {
            if (!thread.join(CLOSE_TIMEOUT)) {
                LOG.warnf("the renewal of %s did not end within %s", leadership, CLOSE_TIMEOUT);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        try (Connection last = connection) {
            LeaderLease.release(last, leadership);
        } catch (SQLException away) {
            LOG.debugf(away, "%s is not released and runs out by itself", leadership);
        }
    }

    private void run() {
        while (!lost && !closed()) {
            try {
                LeaderLease.renew(connection, leadership);
            } catch (LeadershipLostException succeeded) {
                lost = true;
            } catch (SQLException away) {
                LOG.warnf("%s could not be renewed: %s", leadership, away.getMessage());
                replaceConnection();
            }
        }
    }

    /** Until there is a new one the old one fails again. */
    private void replaceConnection() {
        try {
            Connection replacement = dataSource.getConnection();
            connection.close();
            connection = replacement;
        } catch (SQLException away) {
            LOG.debugf(away, "no other connection for %s", leadership);
        }
    }

    private boolean closed() {
        try {
            return closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            return true;
        }
    }
}
