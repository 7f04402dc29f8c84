package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.scheduler.adapter.postgres.LeaderLease;
import io.deeptrain.scheduler.adapter.postgres.Leadership;
import io.deeptrain.scheduler.adapter.postgres.LeadershipLostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/** Renews the leader's lease from a thread of its own, so that a long batch does not cost it. */
final class Renewal implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Renewal.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final DataSource dataSource;
    private final Leadership leadership;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean lost;

    Renewal(DataSource dataSource, Leadership leadership) {
        this.dataSource = dataSource;
        this.leadership = leadership;
        thread = Thread.ofPlatform().name("leader-renewal").daemon().start(this::run);
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
        try (Connection connection = dataSource.getConnection()) {
            LeaderLease.release(connection, leadership);
        } catch (SQLException away) {
            LOG.debugf(away, "%s is not released and runs out by itself", leadership);
        }
    }

    private void run() {
        while (!lost && !closed()) {
            try (Connection connection = dataSource.getConnection()) {
                LeaderLease.renew(connection, leadership);
            } catch (LeadershipLostException succeeded) {
                lost = true;
            } catch (SQLException away) {
                LOG.warnf("%s could not be renewed: %s", leadership, away.getMessage());
            }
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
