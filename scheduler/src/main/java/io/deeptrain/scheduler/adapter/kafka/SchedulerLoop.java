package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.messaging.adapter.kafka.TopicSetup;
import io.deeptrain.messaging.port.TransportUnavailableException;
import io.deeptrain.scheduler.adapter.kafka.SchedulerView.Role;
import io.deeptrain.scheduler.adapter.postgres.Leadership;
import io.deeptrain.scheduler.adapter.postgres.LeadershipLostException;
import io.deeptrain.scheduler.control.Answer;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/**
 * One thread that leads, or waits to lead. As the leader it repeats, for each batch of records or at least every fifth
 * of a second:
 *
 * <ol>
 *   <li>A pulse goes to each partition of the heartbeats, once a second.
 *   <li>Records are polled from the requests, the attempts and the heartbeats.
 *   <li>A transaction begins: it takes the database's time, and is given it only if this is still the leader.
 *   <li>The engine folds the records, what operators order, then a tick.
 *   <li>The changed jobs, the history, what was decided in words, the assignments, the dead letters and the offsets are
 *       written and committed.
 * </ol>
 *
 * <p>After any failure the engine is thrown away and loaded again: what was not committed has not happened, and its
 * records are polled again.
 */
public final class SchedulerLoop implements AutoCloseable {
    static final String SOURCE = "/deeptrain/scheduler";

    /** The schema of all its tables. */
    public static final String SCHEMA = "scheduler";

    private static final Logger LOG = Logger.getLogger(SchedulerLoop.class);
    private static final Duration ELECTION_PAUSE = Duration.ofMillis(250);
    private static final Duration PAUSE_MIN = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);

    private final LoopParts parts;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private volatile SchedulerView view = SchedulerView.idle(Role.STARTING, Instant.now());

    private SchedulerLoop(LoopParts parts) {
        this.parts = parts;
        thread = Thread.ofPlatform().name("scheduler-loop").daemon().unstarted(this::run);
    }

    /** Begins; whether the database and the broker are there yet does not matter. */
    public static SchedulerLoop start(DataSource dataSource, LoopSettings settings, LoopListener listener) {
        SchedulerLoop loop = new SchedulerLoop(LoopParts.of(dataSource, settings, listener));
        loop.thread.start();
        return loop;
    }

    public SchedulerView view() {
        return view;
    }

    /**
     * The engine as it last committed, taken by its own thread between two batches. Empty if this is not the leader, if
     * too many ask, or if it has no time within {@code atMost}.
     */
    public Optional<EngineSnapshot> snapshot(Duration atMost) {
        return view.role() == Role.LEADING ? parts.snapshots().ask(atMost) : Optional.empty();
    }

    /**
     * Lets the engine carry out an operator's order, and answers when that is committed. Empty if this is not the
     * leader, if too many ask, or if it is not known within {@code atMost} whether it was carried out.
     */
    public Optional<Answer> order(Order order, String operator, Duration atMost) {
        return view.role() == Role.LEADING ? parts.orders().place(order, operator, atMost) : Optional.empty();
    }

    /** Ends after the batch under way, and lets a standby take over at once. */
    @Override
    public void close() {
        closing.countDown();
        try {
            if (!thread.join(CLOSE_TIMEOUT)) {
                LOG.warnf("the scheduler's loop did not end within %s", CLOSE_TIMEOUT);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Standby standby = new Standby(parts);
        LoopSettings settings = parts.settings();
        repeatUntilClosed(() -> {
            TopicSetup.ensure(settings.bootstrapServers(), settings.partitions(), settings.replication());
            while (!closed(Duration.ZERO)) {
                Optional<Renewal> elected = Renewal.tryLead(parts.dataSource(), settings.schedulerId());
                if (elected.isPresent()) {
                    lead(elected.get(), standby);
                } else {
                    view = SchedulerView.idle(Role.STANDBY, Instant.now());
                    standby.getReady();
                    closed(ELECTION_PAUSE);
                }
            }
        });
    }

    private void lead(Renewal elected, Standby standby) {
        Leadership leadership = elected.leadership();
        LOG.infof("%s leads with epoch %d", leadership.holder(), leadership.epoch());
        try (Renewal renewal = elected) {
            repeatUntil(renewal::isLost, () -> {
                try (LeaderSession session = new LeaderSession(parts, leadership, standby.takeCopy())) {
                    while (!renewal.isLost() && !closed(Duration.ZERO)) {
                        if (session.cycle()) {
                            view = session.view();
                        }
                    }
                }
            });
        }
        LOG.infof("%s no longer leads", leadership.holder());
    }

    /** Something that ends well, or is begun again after a pause. */
    private interface Work {
        void run() throws SQLException, LeadershipLostException;
    }

    private interface Condition {
        boolean holds();
    }

    private void repeatUntilClosed(Work work) {
        repeatUntil(() -> false, work);
    }

    private void repeatUntil(Condition over, Work work) {
        Duration pause = PAUSE_MIN;
        while (!over.holds() && !closed(Duration.ZERO)) {
            Instant began = Instant.now();
            try {
                work.run();
            } catch (LeadershipLostException lost) {
                LOG.info(lost.getMessage());
                return;
            } catch (SQLException | TransportUnavailableException | KafkaException away) {
                LOG.warnf(away, "the scheduler begins again: %s", away.getMessage());
            } catch (RuntimeException bug) {
                // The thread must not die: nobody would schedule. A bug shows in the log and in the reload counter.
                LOG.error("the scheduler met a bug and begins again", bug);
            }
            if (closed(Duration.ZERO) || over.holds()) {
                return;
            }
            parts.listener().reloading();
            boolean wentWell = Duration.between(began, Instant.now()).compareTo(PAUSE_MAX) > 0;
            pause = wentWell ? PAUSE_MIN : min(pause.multipliedBy(2), PAUSE_MAX);
            closed(jittered(pause));
        }
    }

    /** Waits, and answers whether this loop is being closed. */
    private boolean closed(Duration atMost) {
        try {
            return closing.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            closing.countDown();
            return true;
        }
    }

    private static Duration jittered(Duration pause) {
        long millis = pause.toMillis();
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(millis / 2, millis + 1));
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
