package io.deeptrain.scheduler.adapter.kafka;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.adapter.kafka.SchedulerView.Role;
import io.deeptrain.scheduler.adapter.kafka.UnreliableDataSource.Trouble;
import io.deeptrain.scheduler.adapter.postgres.AuditTable;
import io.deeptrain.scheduler.control.Answer;
import io.deeptrain.scheduler.control.Answer.Done;
import io.deeptrain.scheduler.control.AuditEntry;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.placement.Condition;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators' orders against a real PostgreSQL and a real broker. */
@SuppressWarnings("NullAway.Init") // JUnit makes the world before each test.
class OrdersLoopTest {
    private static final AtomicInteger JOBS = new AtomicInteger(7000);
    private static final Duration AT_MOST = Duration.ofSeconds(20);
    private static final QueueName FLOWERS = new QueueName.OfApp(ACME);

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
    void a_successor_of_a_leader_that_was_cut_off_goes_by_every_order_that_was_answered() throws SQLException {
        UnreliableDataSource ofFirst = new UnreliableDataSource(world.database);
        SchedulerLoop first = world.start("first", ofFirst);
        awaitRole(first, Role.LEADING);
        SchedulerLoop second = world.start("second", world.database);
        awaitRole(second, Role.STANDBY);
        assertThat(second.order(new Order.Hold(job), "olga", AT_MOST)).isEmpty();

        Member limits = new Member(
                Member.NO_GROUP,
                QueueLimits.STANDARD.withWeight(3).withPriority(Priority.HIGH).withRunningMax(2));
        done(first, new Order.SetLimits(FLOWERS, limits));
        done(first, new Order.SetCondition(LoopWorld.WORKER, Condition.CORDONED));
        world.say(request(number));
        world.awaitEntry(job, JobQueued.class);
        done(first, new Order.Hold(job));
        done(first, new Order.Prioritise(job, Optional.of(Priority.CRITICAL)));

        ofFirst.next(Trouble.GONE);
        awaitRole(second, Role.LEADING);
        EngineSnapshot taken = world.await(
                "a snapshot",
                () -> second.snapshot(Duration.ofSeconds(1))
                        .filter(each -> !each.jobs().isEmpty()));
        assertThat(taken.settings().queues().tenant(ACME)).isEqualTo(limits.limits());
        assertThat(taken.controls().conditionOf(LoopWorld.WORKER)).isEqualTo(Condition.CORDONED);
        assertThat(taken.jobs()).singleElement().satisfies(held -> {
            assertThat(held.state()).isInstanceOf(Queued.class);
            assertThat(held.isHeld()).isTrue();
            assertThat(held.directives().priority()).contains(Priority.CRITICAL);
        });

        done(second, new Order.Release(job));
        done(second, new Order.SetCondition(LoopWorld.WORKER, Condition.IN_SERVICE));
        done(second, new Order.ResetLimits(FLOWERS));
        world.awaitAssignment(job, AttemptAssigned.class);
        assertThat(actions())
                .containsExactly(
                        "olga set-limits app acme/flowers {} -> {priority=HIGH, running-max=2, weight=3}",
                        "olga cordon worker loop-worker {condition=in service} -> {condition=cordoned}",
                        "olga hold job %s {held=false} -> {held=true}".formatted(job),
                        "olga priority job %s {priority=that of its queue} -> {priority=CRITICAL}".formatted(job),
                        "olga release job %s {held=true} -> {held=false}".formatted(job),
                        "olga uncordon worker loop-worker {condition=cordoned} -> {condition=in service}",
                        "olga reset-limits app acme/flowers {priority=HIGH, running-max=2, weight=3} -> {}");
    }

    @Test
    void an_order_that_is_not_committed_has_not_happened_and_is_not_answered() throws SQLException {
        UnreliableDataSource database = new UnreliableDataSource(world.database);
        SchedulerLoop loop = world.start("one", database);
        awaitRole(loop, Role.LEADING);
        database.next(Trouble.BEFORE_COMMIT);
        assertThat(loop.order(new Order.SetLimits(FLOWERS, Member.STANDARD), "olga", AT_MOST))
                .isEmpty();
        assertThat(actions()).isEmpty();

        Order order = new Order.SetLimits(FLOWERS, new Member("", QueueLimits.STANDARD.withWeight(2)));
        Answer answer = world.await("an answer", () -> loop.order(order, "olga", AT_MOST));
        assertThat(answer).isEqualTo(new Done(Map.of(), Map.of("weight", "2")));
        assertThat(actions()).containsExactly("olga set-limits app acme/flowers {} -> {weight=2}");
    }

    private List<String> actions() throws SQLException {
        try (Connection connection = world.database.getConnection()) {
            return new AuditTable()
                    .page(connection, Long.MAX_VALUE, 100).sequencedValues().reversed().stream()
                            .map(OrdersLoopTest::words)
                            .toList();
        }
    }

    private static String words(AuditEntry entry) {
        return "%s %s %s %s -> %s"
                .formatted(entry.operator(), entry.action(), entry.target(), entry.before(), entry.after());
    }

    private static void done(SchedulerLoop loop, Order order) {
        assertThat(loop.order(order, "olga", AT_MOST)).get().isInstanceOf(Done.class);
    }

    private void awaitRole(SchedulerLoop loop, Role role) {
        world.await(role.name(), () -> loop.view().role() == role ? Optional.of(role) : Optional.empty());
    }
}
