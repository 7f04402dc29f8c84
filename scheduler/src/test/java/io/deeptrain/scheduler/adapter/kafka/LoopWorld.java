package io.deeptrain.scheduler.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobId;
import io.deeptrain.event.SchedulerId;
import io.deeptrain.event.Topic;
import io.deeptrain.event.WorkerId;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.Position;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.messaging.adapter.kafka.Received;
import io.deeptrain.messaging.adapter.kafka.RelayThread;
import io.deeptrain.messaging.adapter.kafka.TopicSetup;
import io.deeptrain.messaging.adapter.postgres.PostgresOffsets;
import io.deeptrain.scheduler.adapter.postgres.SchedulerDatabase;
import io.deeptrain.scheduler.adapter.recording.FileRecorder;
import io.deeptrain.scheduler.adapter.recording.Recording;
import io.deeptrain.scheduler.adapter.recording.Recording.Replayed;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.testservers.adapter.TestServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** A real database and a real broker, as many schedulers as asked for, and one worker whose part the test plays. */
final class LoopWorld implements AutoCloseable {
    static final WorkerId WORKER = new WorkerId("loop-worker");

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration BEAT = Duration.ofMillis(300);
    private static final Map<String, String> SHARED = Map.of("deeptrain.scheduler.shared-workers", "true");
    private static final int PARTITIONS = 4;
    private static final AtomicInteger STARTS = new AtomicInteger();

    final DataSource database = SchedulerDatabase.create();
    private final CloudEventRecords records = new CloudEventRecords();
    private final KafkaEventLog log = new KafkaEventLog(TestServers.kafka());
    private final IncarnationId incarnation = new IncarnationId("start-" + STARTS.incrementAndGet());
    private final List<SchedulerLoop> loops = new ArrayList<>();
    private final Path recordings;
    private final RelayThread relay;
    private final AssignedConsumer consumer;
    private final Map<JobId, Map<Long, JobEvent>> histories = new TreeMap<>();
    private final List<AssignmentEvent> assignments = new ArrayList<>();
    private List<Holding> holdings = List.of();
    private boolean beating = true;
    private Instant beaten = Instant.EPOCH;
    private long beats;

    /**
     * Without schedulers yet.
     *
     * @param recordings where all that the leaders are told is written down
     */
    LoopWorld(Path recordings) throws SQLException {
        this.recordings = recordings;
        TopicSetup.ensure(TestServers.kafka(), PARTITIONS, 1);
        consumer = AssignedConsumer.open(
                TestServers.kafka(), List.of(Topic.JOBS, Topic.ASSIGNMENTS), Map.of(), Beginning.NEWEST);
        beginAtTheEnd();
        relay = RelayThread.start(database, SchedulerLoop.SCHEMA, TestServers.kafka());
    }

    SchedulerLoop start(String name, DataSource dataSource) {
        SchedulerLoop loop = SchedulerLoop.start(
                dataSource,
                new LoopSettings(
                        new SchedulerId(name),
                        TestServers.kafka(),
                        PARTITIONS,
                        1,
                        EngineSettings.STANDARD,
                        FileRecorder.into(recordings, EngineSettings.STANDARD.leaseTerm(), SHARED)),
                new Silent());
        loops.add(loop);
        return loop;
    }

    void say(Event event) {
        log.publish(List.of(records.toRow(Envelope.of(event, "/test", 1, Instant.now()))));
    }

    void publish(OutboxRow row) {
        log.publish(List.of(row));
    }

    void hold(Holding... held) {
        holdings = List.of(held);
    }

    void stopBeating() {
        beating = false;
    }

    /** Plays the worker and listens until there is what is waited for. */
    <T> T await(String what, Supplier<Optional<T>> wanted) {
        Instant deadline = Instant.now().plus(PATIENCE);
        Optional<T> found = wanted.get();
        while (found.isEmpty()) {
            assertThat(Instant.now())
                    .as("%s; histories: %s, assignments: %s", what, histories, assignments)
                    .isBefore(deadline);
            beatIfDue();
            listen();
            found = wanted.get();
        }
        return found.get();
    }

    <T extends JobEvent> T awaitEntry(JobId job, Class<T> type) {
        return await(
                type.getSimpleName() + " of " + job,
                () -> history(job).stream()
                        .filter(type::isInstance)
                        .map(type::cast)
                        .findFirst());
    }

    <T extends AssignmentEvent> T awaitAssignment(JobId job, Class<T> type) {
        return await(
                type.getSimpleName() + " of " + job,
                () -> assignments.stream()
                        .filter(assignment -> assignment.jobId().equals(job) && type.isInstance(assignment))
                        .map(type::cast)
                        .findFirst());
    }

    /** What was told of the job so far, in order, with what was told twice once. */
    Collection<JobEvent> history(JobId job) {
        return histories.getOrDefault(job, Map.of()).values();
    }

    @Override
    public void close() {
        loops.forEach(SchedulerLoop::close);
        relay.close();
        consumer.close();
        log.close();
        replay();
    }

    /** What each leader was told gives the same decisions once more. */
    private void replay() {
        try (Stream<Path> files = Files.list(recordings)) {
            for (Path file : files.toList()) {
                Replayed replayed = new Recording(file).replay();
                assertThat(replayed.deviation()).as("%s: %s", file, replayed).isEmpty();
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private void beatIfDue() {
        Instant now = Instant.now();
        if (beating && now.isAfter(beaten.plus(BEAT))) {
            beaten = now;
            beats++;
            say(new WorkerBeat(WORKER, incarnation, beats, "cpu", 1, Readiness.ACCEPTING, holdings));
        }
    }

    private void listen() {
        for (var kafkaRecord : consumer.poll(Duration.ofMillis(100))) {
            switch (records.read(kafkaRecord)) {
                case Received.Readable(var envelope, var _) -> hear(envelope.event());
                case Received.Unreadable(var _, var reason, var _) -> throw new AssertionError(reason);
            }
        }
    }

    private void hear(Event event) {
        if (event instanceof JobEvent entry) {
            Map<Long, JobEvent> history = histories.computeIfAbsent(entry.jobId(), _ -> new TreeMap<>());
            JobEvent earlier = history.putIfAbsent(entry.sequence(), entry);
            assertThat(earlier).as("the history does not fork").isIn(null, entry);
            assertThat(entry.sequence()).as("no gap in %s", history).isLessThanOrEqualTo(history.size());
        } else if (event instanceof AssignmentEvent assignment) {
            assignments.add(assignment);
        }
    }

    /** The broker is shared with other tests, whose records are not for this database. */
    private void beginAtTheEnd() throws SQLException {
        List<Position> read = new ArrayList<>();
        try (AssignedConsumer ends = AssignedConsumer.open(
                TestServers.kafka(), List.of(Topic.REQUESTS, Topic.ATTEMPTS), Map.of(), Beginning.NEWEST)) {
            ends.nextOffsets().forEach((partition, next) -> {
                if (next > 0) {
                    read.add(new Position(partition.topic(), partition.number(), next - 1));
                }
            });
        }
        try (Connection connection = database.getConnection()) {
            new PostgresOffsets(SchedulerLoop.SCHEMA).store(connection, read);
        }
    }

    private static final class Silent implements LoopListener {
        @Override
        public void committed(JobEvent entry, JobRecord job) {}

        @Override
        public void cycled(int records, Duration took) {}

        @Override
        public void parked(String topic) {}

        @Override
        public void reloading() {}
    }
}
