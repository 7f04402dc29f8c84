package io.deeptrain.scheduler.adapter.kafka;

import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.SUCCESS;
import static io.deeptrain.scheduler.job.Jobs.atStep;
import static io.deeptrain.scheduler.job.Jobs.checkpoint;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobCheckpointed;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin.Scratch;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.Topic;
import io.deeptrain.event.adapter.json.EventJson;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.scheduler.adapter.kafka.SchedulerView.Role;
import io.deeptrain.scheduler.adapter.kafka.UnreliableDataSource.Trouble;
import io.deeptrain.testservers.adapter.TestServers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The loop against a real PostgreSQL and a real broker. */
@SuppressWarnings("NullAway.Init") // JUnit makes the world before each test.
class SchedulerLoopTest {
    private static final AtomicInteger JOBS = new AtomicInteger(1000);

    private final int number = JOBS.incrementAndGet();
    private final JobId job = job(number);
    private LoopWorld world;

    @BeforeEach
    void setUp(@TempDir Path recordings) throws SQLException {
        world = new LoopWorld(recordings);
    }

    @AfterEach
    void tearDown() {
        world.close();
    }

    @Test
    void a_request_becomes_a_trained_model_and_a_history_without_a_gap() {
        world.start("one", world.database);
        world.say(request(number));
        train();
        JobSucceeded success = world.awaitEntry(job, JobSucceeded.class);
        assertThat(success.readingMillis()).isEqualTo(3000);
        assertThat(world.history(job).stream().map(JobEvent::sequence)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void a_cancel_reaches_the_worker_and_ends_the_job() {
        world.start("one", world.database);
        world.say(request(number));
        world.awaitAssignment(job, AttemptAssigned.class);
        world.hold(new Holding(job, FIRST));
        world.say(new AttemptStarted(job, FIRST, LoopWorld.WORKER, new Scratch(), 100, 0));
        world.awaitEntry(job, JobStarted.class);
        Instant cancelledAt = Instant.parse("2026-01-05T09:00:00Z");
        world.say(new TrainingCancelled(job, cancelledAt));
        assertThat(world.awaitAssignment(job, AttemptStopRequested.class).reason())
                .isEqualTo(StopReason.CANCELLED);
        world.hold();
        world.say(new AttemptStopped(job, FIRST, LoopWorld.WORKER, StopReason.CANCELLED, 1234));
        JobCancelled cancelled = world.awaitEntry(job, JobCancelled.class);
        assertThat(List.of(cancelled.cancelledAt(), cancelled.readingMillis())).containsExactly(cancelledAt, 1234L);
    }

    @ParameterizedTest
    @EnumSource(names = {"BEFORE_COMMIT", "AFTER_COMMIT"})
    void a_crash_around_a_commit_repeats_or_continues_and_never_forks(Trouble trouble) {
        UnreliableDataSource database = new UnreliableDataSource(world.database);
        SchedulerLoop loop = world.start("one", database);
        awaitRole(loop, Role.LEADING);
        database.next(trouble);
        world.say(request(number));
        world.awaitEntry(job, JobQueued.class);
        database.next(trouble);
        world.awaitAssignment(job, AttemptAssigned.class);
        world.hold(new Holding(job, FIRST));
        database.next(trouble);
        world.say(new AttemptStarted(job, FIRST, LoopWorld.WORKER, new Scratch(), 100, 0));
        world.awaitEntry(job, JobStarted.class);
        database.next(trouble);
        world.hold();
        world.say(success());
        world.awaitEntry(job, JobFinishing.class);
        database.next(trouble);
        world.say(new JobSealed(job, Instant.now()));
        world.awaitEntry(job, JobSucceeded.class);

        assertThat(database.struck()).isGreaterThanOrEqualTo(4);
        assertThat(world.history(job).stream().map(JobEvent::sequence)).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void what_cannot_be_read_is_parked_with_its_bytes_and_the_next_is_processed() {
        world.start("one", world.database);
        byte[] junk = "{\"job\": not json".getBytes(StandardCharsets.UTF_8);
        world.publish(new OutboxRow(Topic.REQUESTS.topicName(), job.value(), Map.of("ce_type", "nonsense"), junk));
        world.say(request(number));
        world.awaitEntry(job, JobQueued.class);
        try (KafkaConsumer<byte[], byte[]> parked = new KafkaConsumer<>(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, TestServers.kafka()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partition = List.of(new TopicPartition(Topic.REQUESTS.deadLetterName(), 0));
            parked.assign(partition);
            parked.seekToBeginning(partition);
            ConsumerRecord<byte[], byte[]> letter = world.await("a dead letter", () -> {
                for (ConsumerRecord<byte[], byte[]> candidate : parked.poll(Duration.ofMillis(100))) {
                    if (new String(candidate.key(), StandardCharsets.UTF_8).equals(job.value())) {
                        return Optional.of(candidate);
                    }
                }
                return Optional.empty();
            });
            assertThat(letter.value()).isEqualTo(junk);
            Header reason = letter.headers().lastHeader("dlq_reason");
            assertThat(new String(reason.value(), StandardCharsets.UTF_8)).contains("ce_specversion");
        }
    }

    @Test
    void what_can_be_read_but_not_acted_on_is_parked_too() {
        world.start("one", world.database);
        world.say(request(number));
        world.awaitAssignment(job, AttemptAssigned.class);
        world.hold(new Holding(job, FIRST));
        world.say(new AttemptStarted(job, FIRST, LoopWorld.WORKER, new Scratch(), 100, 0));
        // It just fits, but the entry of the history that would tell of it is longer and does not.
        int room = EventJson.BODY_BYTES_MAX - new EventJson().body(failure("")).length;
        world.say(failure("x".repeat(room)));
        world.say(success());
        world.awaitEntry(job, JobFinishing.class);
        assertThat(world.history(job).stream().map(JobEvent::sequence)).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void a_standby_takes_over_from_a_leader_that_is_cut_off_and_assigns() {
        UnreliableDataSource ofFirst = new UnreliableDataSource(world.database);
        SchedulerLoop first = world.start("first", ofFirst);
        awaitRole(first, Role.LEADING);
        SchedulerLoop second = world.start("second", world.database);
        awaitRole(second, Role.STANDBY);
        world.say(request(number));
        world.awaitAssignment(job, AttemptAssigned.class);
        world.hold(new Holding(job, FIRST));

        Instant cut = Instant.now();
        ofFirst.next(Trouble.GONE);
        int next = JOBS.incrementAndGet();
        world.say(request(next));
        world.hold();
        world.say(new AttemptStopped(job, FIRST, LoopWorld.WORKER, StopReason.PREEMPTED, 0));
        awaitRole(second, Role.LEADING);
        Duration took = Duration.between(cut, Instant.now());
        world.awaitEntry(job(next), JobQueued.class);
        world.awaitAssignment(job(next), AttemptAssigned.class);

        assertThat(second.view().epoch()).isEqualTo(2);
        assertThat(took).isLessThan(Duration.ofSeconds(10));
        System.out.printf("standby led after %d ms%n", took.toMillis());
    }

    @Test
    void a_leader_that_ends_cleanly_is_succeeded_at_once() {
        SchedulerLoop first = world.start("first", world.database);
        awaitRole(first, Role.LEADING);
        SchedulerLoop second = world.start("second", world.database);
        awaitRole(second, Role.STANDBY);
        first.close();
        awaitRole(second, Role.LEADING);
        world.say(request(number));
        train();
        world.awaitEntry(job, JobSucceeded.class);
    }

    @Test
    void a_worker_that_falls_silent_loses_its_lease_and_the_checkpoint_is_kept() {
        world.start("one", world.database);
        world.say(request(number));
        world.awaitAssignment(job, AttemptAssigned.class);
        world.say(new AttemptStarted(job, FIRST, LoopWorld.WORKER, new Scratch(), 100, 0));
        world.say(new CheckpointSaved(job, FIRST, LoopWorld.WORKER, checkpoint(FIRST, 1, 10, 1000)));
        world.hold(new Holding(job, FIRST));
        world.awaitEntry(job, JobCheckpointed.class);
        world.stopBeating();
        JobRequeued requeued = world.awaitEntry(job, JobRequeued.class);
        assertThat(List.of(requeued.attempt(), requeued.cause(), requeued.readingMillis()))
                .containsExactly(new FencingToken(1), RequeueCause.LEASE_LAPSED, 1000L);
    }

    /** Plays the worker from the assignment to the success, and the front door that seals it. */
    private void train() {
        world.awaitAssignment(job, AttemptAssigned.class);
        world.hold(new Holding(job, FIRST));
        world.say(new AttemptStarted(job, FIRST, LoopWorld.WORKER, new Scratch(), 100, 0));
        world.say(new ProgressReported(job, FIRST, LoopWorld.WORKER, 1, atStep(10), 1000));
        world.say(new CheckpointSaved(job, FIRST, LoopWorld.WORKER, checkpoint(FIRST, 1, 10, 1000)));
        world.say(success());
        world.hold();
        world.awaitEntry(job, JobFinishing.class);
        world.say(new JobSealed(job, Instant.now()));
    }

    private AttemptFailed failure(String message) {
        return new AttemptFailed(job, FIRST, LoopWorld.WORKER, Fault.PLATFORM, "C", message, 0);
    }

    private AttemptSucceeded success() {
        return new AttemptSucceeded(
                job, FIRST, LoopWorld.WORKER, SUCCESS.model(), SUCCESS.metrics(), SUCCESS.completion(), 3000);
    }

    private void awaitRole(SchedulerLoop loop, Role role) {
        world.await(role.name(), () -> loop.view().role() == role ? Optional.of(role) : Optional.empty());
    }
}
