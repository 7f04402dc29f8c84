package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent.SchedulerPulsed;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.Topic;
import io.deeptrain.messaging.Partition;
import io.deeptrain.messaging.Position;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.DeadLetters;
import io.deeptrain.messaging.adapter.kafka.Received;
import io.deeptrain.messaging.adapter.kafka.TopicSetup;
import io.deeptrain.messaging.adapter.postgres.PostgresOffsets;
import io.deeptrain.messaging.adapter.postgres.PostgresOutbox;
import io.deeptrain.messaging.port.TransportUnavailableException;
import io.deeptrain.scheduler.adapter.kafka.SchedulerView.Role;
import io.deeptrain.scheduler.adapter.postgres.AuditTable;
import io.deeptrain.scheduler.adapter.postgres.ControlTable;
import io.deeptrain.scheduler.adapter.postgres.DecisionTable;
import io.deeptrain.scheduler.adapter.postgres.JobTable;
import io.deeptrain.scheduler.adapter.postgres.LeaderLease;
import io.deeptrain.scheduler.adapter.postgres.Leadership;
import io.deeptrain.scheduler.adapter.postgres.LeadershipLostException;
import io.deeptrain.scheduler.control.Answer;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.engine.Input.Heard;
import io.deeptrain.scheduler.engine.Input.Tick;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import io.deeptrain.scheduler.job.JobRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration TICK = Duration.ofMillis(200);
    private static final Duration ELECTION_PAUSE = Duration.ofMillis(250);
    private static final Duration PAUSE_MIN = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);

    /** A process that is frozen in a transaction must not keep a standby from taking over. */
    private static final Duration IDLE_IN_TRANSACTION_MAX = Duration.ofMillis(2500);

    private static final Duration STATEMENT_MAX = Duration.ofSeconds(20);

    /** Jobs that a standby reads to be ready; more would tell it no more. */
    private static final int REHEARSED_MAX = 200;

    /** So many may wait for a snapshot at once. */
    private static final int ASKED_MAX = 64;

    /** With more records than this behind, an end that a worker reported may not have been read: nobody is late. */
    private static final long BACKLOG_MAX = 500;

    private final DataSource dataSource;
    private final LoopSettings settings;
    private final LoopListener listener;
    private final PostgresOutbox outbox = new PostgresOutbox(SCHEMA);
    private final PostgresOffsets offsets = new PostgresOffsets(SCHEMA);
    private final JobTable jobTable = new JobTable();
    private final ControlTable controlTable = new ControlTable();
    private final AuditTable auditTable = new AuditTable();
    private final DecisionTable decisionTable = new DecisionTable();
    private final OrderDesk desk = new OrderDesk();
    private final CloudEventRecords records = new CloudEventRecords();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** Records that an engine could not fold, and why. They are parked when they are polled again. */
    private final Map<Position, String> rejected = new HashMap<>();

    private final BlockingQueue<CompletableFuture<EngineSnapshot>> asked = new ArrayBlockingQueue<>(ASKED_MAX);

    /** Of the loop's thread. */
    private boolean rehearsed;

    private volatile SchedulerView view = SchedulerView.idle(Role.STARTING, Instant.now());

    private SchedulerLoop(DataSource dataSource, LoopSettings settings, LoopListener listener) {
        this.dataSource = dataSource;
        this.settings = settings;
        this.listener = listener;
        thread = Thread.ofPlatform().name("scheduler-loop").daemon().unstarted(this::run);
    }

    /** Begins; whether the database and the broker are there yet does not matter. */
    public static SchedulerLoop start(DataSource dataSource, LoopSettings settings, LoopListener listener) {
        SchedulerLoop loop = new SchedulerLoop(dataSource, settings, listener);
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
        CompletableFuture<EngineSnapshot> answer = new CompletableFuture<>();
        if (view.role() != Role.LEADING || !asked.offer(answer)) {
            return Optional.empty();
        }
        try {
            return Optional.of(answer.get(atMost.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException tooLate) {
            LOG.debugf(tooLate, "no snapshot within %s", atMost);
            return Optional.empty();
        }
    }

    /**
     * Lets the engine carry out an operator's order, and answers when that is committed. Empty if this is not the
     * leader, if too many ask, or if it is not known within {@code atMost} whether it was carried out.
     */
    public Optional<Answer> order(Order order, String operator, Duration atMost) {
        return view.role() == Role.LEADING ? desk.place(order, operator, atMost) : Optional.empty();
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
        repeatUntilClosed(() -> {
            TopicSetup.ensure(settings.bootstrapServers(), settings.partitions(), settings.replication());
            while (!closed(Duration.ZERO)) {
                Optional<Renewal> elected = Renewal.tryLead(dataSource, settings.schedulerId());
                if (elected.isPresent()) {
                    lead(elected.get());
                } else {
                    view = SchedulerView.idle(Role.STANDBY, Instant.now());
                    if (!rehearsed) {
                        rehearse();
                        rehearsed = true;
                    }
                    closed(ELECTION_PAUSE);
                }
            }
        });
    }

    /**
     * What a new leader does first, done once for nothing with a few jobs while another one leads: a second or two of
     * loading classes and finding the broker that would otherwise be missing when it counts.
     */
    private void rehearse() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            SchedulerEngine engine = SchedulerEngine.restore(
                    jobTable.sample(connection, REHEARSED_MAX), controlTable.load(connection), settings.engine());
            Instant now = Instant.now();
            try (AssignedConsumer consumer = openConsumer(offsets.load(connection));
                    Pulses _ = new Pulses(
                            settings.bootstrapServers(),
                            new Leadership(settings.schedulerId(), 0),
                            consumer.partitions(),
                            now)) {
                consumer.poll(POLL).forEach(records::read);
                engine.apply(new Tick(now, now));
            }
        }
    }

    private void lead(Renewal elected) {
        Leadership leadership = elected.leadership();
        LOG.infof("%s leads with epoch %d", leadership.holder(), leadership.epoch());
        try (Renewal renewal = elected) {
            repeatUntil(renewal::isLost, () -> {
                try (Session session = new Session(leadership)) {
                    while (!renewal.isLost() && !closed(Duration.ZERO)) {
                        session.cycle();
                    }
                }
            });
        }
        LOG.infof("%s no longer leads", leadership.holder());
    }

    private AssignedConsumer openConsumer(Map<Partition, Long> committed) {
        Map<Partition, Long> nextOffsets = new HashMap<>(committed);
        // Where the heartbeats end is looked up first, so that one consumer can read all three topics.
        try (AssignedConsumer heartbeats = AssignedConsumer.open(
                settings.bootstrapServers(), List.of(Topic.HEARTBEATS), Map.of(), Beginning.NEWEST)) {
            nextOffsets.putAll(heartbeats.nextOffsets());
        }
        return AssignedConsumer.open(
                settings.bootstrapServers(),
                List.of(Topic.REQUESTS, Topic.ATTEMPTS, Topic.HEARTBEATS),
                nextOffsets,
                Beginning.OLDEST);
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
            listener.reloading();
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

    /** One engine, from its load until the first failure. */
    private final class Session implements AutoCloseable {
        private final Leadership leadership;
        private final Connection connection;
        private final SchedulerEngine engine;
        private final AssignedConsumer consumer;
        private final Pulses pulses;
        /** The database's time when this session was loaded; it goes on by the monotonic clock. */
        private final Instant loadedAt;

        private final long loadedNanos;
        private Instant caughtUpAt;
        private long tickedNanos;

        Session(Leadership leadership) throws SQLException, LeadershipLostException {
            this.leadership = leadership;
            connection = dataSource.getConnection();
            try {
                limitTransactions();
                loadedAt = LeaderLease.now(connection, leadership);
                loadedNanos = System.nanoTime();
                caughtUpAt = loadedAt;
                List<JobRecord> jobs =
                        jobTable.load(connection, settings.engine().endedKeptMax());
                Controls controls = controlTable.load(connection);
                Map<Partition, Long> nextOffsets = offsets.load(connection);
                connection.commit();
                engine = SchedulerEngine.restore(jobs, controls, settings.engine());
                consumer = openConsumer(nextOffsets);
            } catch (SQLException | LeadershipLostException | RuntimeException failed) {
                giveBack();
                throw failed;
            }
            pulses = new Pulses(settings.bootstrapServers(), leadership, consumer.partitions(), loadedAt);
            LOG.infof("loaded %d jobs", engine.jobs().size());
        }

        void cycle() throws SQLException, LeadershipLostException {
            answerAsked();
            long beganNanos = System.nanoTime();
            pulses.sendIfDue(monotonic());
            List<ConsumerRecord<byte[], byte[]>> polled = consumer.poll(POLL);
            if (polled.isEmpty() && desk.isEmpty() && System.nanoTime() - tickedNanos < TICK.toNanos()) {
                return;
            }
            tickedNanos = System.nanoTime();
            Batch batch = fold(polled);
            if (batch.isEmpty()) {
                connection.rollback();
            } else {
                commit(batch);
            }
            tell(batch, polled.size(), Duration.ofNanos(System.nanoTime() - beganNanos));
        }

        /** All who ask at once get the same. */
        private void answerAsked() {
            if (!asked.isEmpty()) {
                EngineSnapshot snapshot = engine.snapshot();
                List<CompletableFuture<EngineSnapshot>> answers = new ArrayList<>();
                asked.drainTo(answers);
                answers.forEach(answer -> answer.complete(snapshot));
            }
        }

        @Override
        public void close() {
            desk.forget();
            try (pulses;
                    consumer) {
                giveBack();
            }
        }

        private Batch fold(List<ConsumerRecord<byte[], byte[]>> polled) throws SQLException, LeadershipLostException {
            Instant now = LeaderLease.now(connection, leadership);
            Batch batch = new Batch(records, now);
            Map<ConsumerRecord<byte[], byte[]>, Received> read = new LinkedHashMap<>();
            polled.forEach(kafkaRecord -> read.put(kafkaRecord, records.read(kafkaRecord)));
            Set<JobId> endedLongAgo = endedLongAgo(read.values());
            for (var entry : read.entrySet()) {
                switch (entry.getValue()) {
                    case Received.Unreadable(var deadLetter, var reason, var position) -> {
                        LOG.warnf("parked %s: %s", position, reason);
                        batch.park(deadLetter);
                        batch.processed(position);
                    }
                    case Received.Readable(var envelope, var position) -> {
                        String reason = rejected.get(position);
                        if (reason == null) {
                            hear(envelope.event(), endedLongAgo, position, now, batch);
                        } else {
                            batch.park(DeadLetters.of(entry.getKey(), reason));
                        }
                        batch.processed(position);
                    }
                }
            }
            desk.serve(engine, now, batch);
            if (consumer.lag() <= BACKLOG_MAX) {
                caughtUpAt = monotonic();
            }
            Instant heardUpTo = pulses.heardUpTo().isBefore(caughtUpAt) ? pulses.heardUpTo() : caughtUpAt;
            batch.add(engine.apply(new Tick(now, heardUpTo)));
            return batch;
        }

        private void hear(Event event, Set<JobId> endedLongAgo, Position position, Instant now, Batch batch) {
            switch (event) {
                case SchedulerPulsed pulse -> pulses.hear(pulse);
                case TrainingRequested request
                when endedLongAgo.contains(request.jobId()) ->
                    LOG.debugf("delivered again, long after its end: %s", request.jobId());
                case RequestEvent _, AttemptEvent _, WorkerBeat _ -> {
                    try {
                        batch.add(engine.apply(new Heard(event, now)));
                    } catch (RuntimeException bug) {
                        rejected.put(position, "the scheduler cannot act on it: " + bug);
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
            return unknown.isEmpty() ? Set.of() : jobTable.stored(connection, unknown);
        }

        private void commit(Batch batch) throws SQLException {
            List<JobRecord> opened = new ArrayList<>();
            List<JobRecord> changed = new ArrayList<>();
            for (JobId jobId : batch.changedJobs()) {
                (batch.isNew(jobId) ? opened : changed).add(engine.job(jobId));
            }
            jobTable.insert(connection, opened);
            jobTable.update(connection, changed);
            if (batch.controls().isPresent()) {
                controlTable.replace(connection, batch.controls().get());
            }
            auditTable.append(connection, batch.audit());
            decisionTable.append(connection, batch.decided());
            outbox.append(connection, batch.outbox());
            offsets.store(connection, batch.processed());
            connection.commit();
        }

        private void tell(Batch batch, int polled, Duration took) {
            desk.answer();
            batch.processed().forEach(rejected::remove);
            batch.deadLetters().forEach(deadLetter -> listener.parked(deadLetter.topic()));
            batch.history().forEach(entry -> listener.committed(entry, engine.job(entry.jobId())));
            listener.cycled(polled, took);
            view = new SchedulerView(
                    Role.LEADING,
                    leadership.epoch(),
                    Instant.now(),
                    engine.fleet(),
                    engine.readyCount(),
                    engine.backingOffCount(),
                    engine.heldCount(),
                    engine.gpusAsked());
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
}
