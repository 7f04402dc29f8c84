package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent.SchedulerPulsed;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.messaging.Partition;
import io.deeptrain.messaging.Position;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.DeadLetters;
import io.deeptrain.messaging.adapter.kafka.Received;
import io.deeptrain.scheduler.adapter.kafka.SchedulerView.Role;
import io.deeptrain.scheduler.adapter.postgres.JobCopy;
import io.deeptrain.scheduler.adapter.postgres.LeaderLease;
import io.deeptrain.scheduler.adapter.postgres.Leadership;
import io.deeptrain.scheduler.adapter.postgres.LeadershipLostException;
import io.deeptrain.scheduler.adapter.recording.Recorder;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.engine.Decisions;
import io.deeptrain.scheduler.engine.Input;
import io.deeptrain.scheduler.engine.Input.Heard;
import io.deeptrain.scheduler.engine.Input.Tick;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/** One engine of a leader, from its load until the first failure. */
final class LeaderSession implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(LeaderSession.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration TICK = Duration.ofMillis(200);
    private static final Duration VIEW_PAUSE = Duration.ofMillis(100);

    /** A process that is frozen in a transaction must not keep a standby from taking over. */
    private static final Duration IDLE_IN_TRANSACTION_MAX = Duration.ofMillis(2500);

    private static final Duration STATEMENT_MAX = Duration.ofSeconds(20);

    /** With more records than this behind, an end that a worker reported may not have been read: nobody is late. */
    private static final long BACKLOG_MAX = 500;

    private final LoopParts parts;
    private final Leadership leadership;
    private final Connection connection;
    private final SchedulerEngine engine;
    private final AssignedConsumer consumer;
    private final Pulses pulses;
    private final Recorder recorder;
    /** The database's time when this session was loaded; it goes on by the monotonic clock. */
    private final Instant loadedAt;

    private final long loadedNanos;
    private Instant caughtUpAt;
    private long tickedNanos;
    private Optional<SchedulerView> view = Optional.empty();
    private long viewedNanos;

    /** The copy is read on from where it was read up to. */
    LeaderSession(LoopParts parts, Leadership leadership, JobCopy copy) throws SQLException, LeadershipLostException {
        this.parts = parts;
        this.leadership = leadership;
        connection = parts.dataSource().getConnection();
        try {
            limitTransactions();
            loadedAt = LeaderLease.now(connection, leadership);
            loadedNanos = System.nanoTime();
            caughtUpAt = loadedAt;
            copy.readOn(connection);
            Controls controls = parts.tables().controls(connection);
            Map<Partition, Long> nextOffsets = parts.tables().offsets(connection);
            connection.commit();
            engine = SchedulerEngine.restore(
                    copy.jobs(), controls, parts.settings().engine(), loadedAt);
            consumer = parts.openConsumer(nextOffsets);
            recorder = parts.settings().recorders().open(leadership.epoch());
            recorder.restored(copy.jobs(), controls);
        } catch (SQLException | LeadershipLostException | RuntimeException failed) {
            giveBack();
            throw failed;
        }
        pulses = new Pulses(parts.settings().bootstrapServers(), leadership, consumer.partitions(), loadedAt);
        LOG.infof("loaded %d jobs", engine.jobs().size());
    }

    /** Answers whether there was anything to do. */
    boolean cycle() throws SQLException, LeadershipLostException {
        parts.snapshots().answer(engine);
        long beganNanos = System.nanoTime();
        pulses.sendIfDue(monotonic());
        List<ConsumerRecord<byte[], byte[]>> polled = consumer.poll(POLL);
        if (polled.isEmpty() && parts.orders().isEmpty() && System.nanoTime() - tickedNanos < TICK.toNanos()) {
            return false;
        }
        tickedNanos = System.nanoTime();
        Batch batch = fold(polled);
        if (batch.isEmpty()) {
            connection.rollback();
        } else {
            parts.tables().commit(connection, batch, engine);
            recorder.committed();
        }
        tell(batch, polled.size(), Duration.ofNanos(System.nanoTime() - beganNanos));
        return true;
    }

    /** As it was committed, some batches ago at most: it takes a look at every worker. */
    SchedulerView view() {
        if (view.isEmpty() || System.nanoTime() - viewedNanos >= VIEW_PAUSE.toNanos()) {
            view = Optional.of(new SchedulerView(
                    Role.LEADING,
                    leadership.epoch(),
                    Instant.now(),
                    engine.fleet(),
                    engine.readyCount(),
                    engine.backingOffCount(),
                    engine.heldCount(),
                    engine.gpusAsked()));
            viewedNanos = System.nanoTime();
        }
        return view.get();
    }

    @Override
    public void close() {
        parts.orders().forget();
        try (recorder;
                pulses;
                consumer) {
            giveBack();
        }
    }

    private Batch fold(List<ConsumerRecord<byte[], byte[]>> polled) throws SQLException, LeadershipLostException {
        Instant now = LeaderLease.now(connection, leadership);
        Batch batch = new Batch(parts.records(), now);
        Map<ConsumerRecord<byte[], byte[]>, Received> read = new LinkedHashMap<>();
        polled.forEach(kafkaRecord -> read.put(kafkaRecord, parts.records().read(kafkaRecord)));
        Set<JobId> endedLongAgo = endedLongAgo(read.values());
        for (var entry : read.entrySet()) {
            switch (entry.getValue()) {
                case Received.Unreadable(var deadLetter, var reason, var position) -> {
                    LOG.warnf("parked %s: %s", position, reason);
                    batch.park(deadLetter);
                    batch.processed(position);
                }
                case Received.Readable(var envelope, var position) -> {
                    String reason = parts.rejected().get(position);
                    if (reason == null) {
                        hear(envelope.event(), endedLongAgo, position, now, batch);
                    } else {
                        batch.park(DeadLetters.of(entry.getKey(), reason));
                    }
                    batch.processed(position);
                }
            }
        }
        parts.orders().serve(this::told, now, batch);
        if (consumer.lag() <= BACKLOG_MAX) {
            caughtUpAt = monotonic();
        }
        Instant heardUpTo = pulses.heardUpTo().isBefore(caughtUpAt) ? pulses.heardUpTo() : caughtUpAt;
        batch.add(told(new Tick(now, heardUpTo)));
        return batch;
    }

    private Decisions told(Input input) {
        Decisions decisions = engine.apply(input);
        recorder.folded(input, decisions);
        return decisions;
    }

    private void hear(Event event, Set<JobId> endedLongAgo, Position position, Instant now, Batch batch) {
        switch (event) {
            case SchedulerPulsed pulse -> pulses.hear(pulse);
            case TrainingRequested request
            when endedLongAgo.contains(request.jobId()) ->
                LOG.debugf("delivered again, long after its end: %s", request.jobId());
            case RequestEvent _, AttemptEvent _, WorkerBeat _ -> {
                try {
                    batch.add(told(new Heard(event, now)));
                } catch (RuntimeException bug) {
                    parts.rejected().put(position, "the scheduler cannot act on it: " + bug);
                    throw bug;
                }
            }
            // The topics hold nothing else, or the record would not have been readable.
            default -> throw new IllegalStateException("not an event for a scheduler: " + event);
        }
    }

    /** The engine forgets jobs that ended long ago; the table does not. */
    private Set<JobId> endedLongAgo(Iterable<Received> received) throws SQLException {
        Set<JobId> unknown = new HashSet<>();
        for (Received each : received) {
            if (each instanceof Received.Readable(var envelope, var _)
                    && envelope.event() instanceof TrainingRequested request
                    && engine.find(request.jobId()).isEmpty()) {
                unknown.add(request.jobId());
            }
        }
        return parts.tables().stored(connection, unknown);
    }

    private void tell(Batch batch, int polled, Duration took) {
        parts.orders().answer();
        batch.processed().forEach(parts.rejected()::remove);
        batch.deadLetters().forEach(deadLetter -> parts.listener().parked(deadLetter.topic()));
        batch.history().forEach(entry -> parts.listener().committed(entry, engine.job(entry.jobId())));
        parts.listener().cycled(polled, took);
    }

    private Instant monotonic() {
        return loadedAt.plusNanos(System.nanoTime() - loadedNanos);
    }

    private void limitTransactions() throws SQLException {
        connection.setAutoCommit(true);
        execute("set idle_in_transaction_session_timeout = " + IDLE_IN_TRANSACTION_MAX.toMillis());
        execute("set statement_timeout = " + STATEMENT_MAX.toMillis());
        connection.setAutoCommit(false);
    }

    /** The connection may go back to a pool, as it came. */
    private void giveBack() {
        try (connection) {
            if (!connection.isClosed()) {
                connection.rollback();
                connection.setAutoCommit(true);
                execute("reset idle_in_transaction_session_timeout");
                execute("reset statement_timeout");
            }
        } catch (SQLException broken) {
            LOG.debugf(broken, "a broken connection is given back");
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
