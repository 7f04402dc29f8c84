package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.engine.EngineScenario.stop;
import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.SECOND;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.elastic;
import static io.deeptrain.scheduler.job.Jobs.object;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.job.Jobs;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.Quota;
import io.deeptrain.scheduler.queue.Shape;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Jobs that run on more GPUs or fewer, as there are. */
class ElasticJobsTest {
    private static final Duration RUN_MIN = Duration.ofSeconds(3);
    private static final EngineSettings SETTINGS =
            EngineSettings.STANDARD.withPreemption(new Preemption(1.5, RUN_MIN, 5, Duration.ofSeconds(10)));

    private final EngineScenario world = new EngineScenario(SETTINGS);

    private int gpusOf(int job) {
        return world.state(job) instanceof Leased leased ? leased.lease().gpus() : 0;
    }

    private List<StopReason> stopsAfterEpoch(EngineScenario of, int job, FencingToken attempt, int epoch) {
        Checkpoint checkpoint = new Checkpoint(attempt, epoch, epoch, epoch * 100L, epoch * 1000L, object("saved"));
        WorkerId holder = ((Leased) of.state(job)).lease().holder();
        return of.hear(new CheckpointSaved(Jobs.job(job), attempt, holder, checkpoint)).assignments().stream()
                .filter(message -> message.equals(stop(job, attempt, holder, StopReason.PREEMPTED)))
                .map(_ -> StopReason.PREEMPTED)
                .toList();
    }

    private boolean isAskedAfterEpoch(int job, FencingToken attempt, int epoch) {
        return !stopsAfterEpoch(world, job, attempt, epoch).isEmpty();
    }

    @Test
    void a_job_starts_with_as_many_gpus_as_there_are() {
        world.beat(ALICE, 3);
        world.hear(elastic(1, ACME, 1, 8));
        assertThat(gpusOf(1)).isEqualTo(3);
        assertThat(world.last().assignments())
                .singleElement()
                .isInstanceOfSatisfying(
                        AttemptAssigned.class,
                        told -> assertThat(told.spec().gpus()).isEqualTo(3));
    }

    @Test
    void a_job_gets_no_more_than_it_can_use() {
        world.beat(ALICE, 8);
        world.hear(elastic(1, ACME, 1, 4));
        assertThat(gpusOf(1)).isEqualTo(4);
    }

    @Test
    void a_job_waits_for_the_least_that_it_asks_for() {
        world.beat(ALICE, 3);
        world.hear(elastic(1, ACME, 4, 8));
        assertThat(world.state(1)).isInstanceOf(Queued.class);
        world.beat(BOB, 4);
        assertThat(gpusOf(1)).isEqualTo(4);
    }

    @Test
    void everybody_who_fits_starts_before_anybody_gets_more() {
        world.hear(elastic(1, ACME, 1, 8));
        world.hear(elastic(2, BOLT, 2, 8));
        world.hear(request(3, ACME, 3, UNCAPPED));
        world.beat(ALICE, 8);
        assertThat(gpusOf(3)).isEqualTo(3);
        assertThat(gpusOf(1)).isEqualTo(2);
        assertThat(gpusOf(2)).isEqualTo(3);
    }

    @Test
    void a_job_goes_where_it_gets_more() {
        world.beat(ALICE, 1);
        world.beat(BOB, 4);
        world.hear(elastic(1, ACME, 1, 4));
        assertThat(((Leased) world.state(1)).lease().holder()).isEqualTo(BOB);
        assertThat(gpusOf(1)).isEqualTo(4);
    }

    @Test
    void a_job_stays_within_what_its_queues_allow() {
        EngineScenario limited = new EngineScenario(SETTINGS.withQueues(QueueSettings.STANDARD.withTenant(
                ACME, QueueLimits.STANDARD.withQuota(Shape.ANY_CLASS, new Quota(0, 3, 0)))));
        limited.beat(ALICE, 8);
        limited.hear(elastic(1, ACME, 1, 8));
        assertThat(((Leased) limited.state(1)).lease().gpus()).isEqualTo(3);
    }

    @Test
    void at_the_end_of_an_epoch_a_job_gives_gpus_to_one_that_waits_and_goes_on_at_once() {
        world.beat(ALICE, 4);
        world.hear(elastic(1, ACME, 1, 4));
        world.start(1, FIRST, ALICE);
        world.hear(request(2, ACME, 3, UNCAPPED));
        world.pass(RUN_MIN);
        assertThat(isAskedAfterEpoch(1, FIRST, 1)).isTrue();
        world.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 1000);
        assertThat(gpusOf(1)).isEqualTo(1);
        assertThat(gpusOf(2)).isEqualTo(3);
        JobState.Assigned again = (JobState.Assigned) world.state(1);
        assertThat(again.lease().token()).isEqualTo(SECOND);
        assertThat(again.losses().count()).isZero();
        assertThat(again.lineage().gpuMillis()).isEqualTo(4 * 1000);
    }

    @Test
    void a_job_gives_up_no_more_than_is_missing() {
        world.beat(ALICE, 8);
        world.hear(elastic(1, ACME, 1, 6));
        world.start(1, FIRST, ALICE);
        world.hear(request(2, ACME, 5, UNCAPPED));
        world.pass(RUN_MIN);
        assertThat(isAskedAfterEpoch(1, FIRST, 1)).isTrue();
        world.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 1000);
        assertThat(gpusOf(1)).isEqualTo(3);
        assertThat(gpusOf(2)).isEqualTo(5);
    }

    @Test
    void nobody_gives_up_what_helps_nobody() {
        world.beat(ALICE, 4);
        world.hear(elastic(1, ACME, 2, 4));
        world.start(1, FIRST, ALICE);
        world.hear(request(2, ACME, 3, UNCAPPED));
        world.pass(RUN_MIN);
        assertThat(isAskedAfterEpoch(1, FIRST, 1)).isFalse();
    }

    @Test
    void nobody_gives_up_anything_for_a_job_that_is_less_urgent() {
        EngineScenario urgent = new EngineScenario(SETTINGS.withQueues(
                QueueSettings.STANDARD.withTenant(ACME, QueueLimits.STANDARD.withPriority(Priority.HIGH))));
        urgent.beat(ALICE, 4);
        urgent.hear(elastic(1, ACME, 1, 4));
        urgent.start(1, FIRST, ALICE);
        urgent.hear(request(2, BOLT, 1, UNCAPPED));
        urgent.pass(RUN_MIN);
        assertThat(stopsAfterEpoch(urgent, 1, FIRST, 1)).isEmpty();
    }

    @Test
    void an_attempt_is_left_alone_for_a_while() {
        world.beat(ALICE, 4);
        world.hear(elastic(1, ACME, 1, 4));
        world.start(1, FIRST, ALICE);
        world.hear(request(2, ACME, 3, UNCAPPED));
        world.pass(RUN_MIN.minusSeconds(1));
        assertThat(isAskedAfterEpoch(1, FIRST, 1)).isFalse();
        world.pass(Duration.ofSeconds(1));
        assertThat(isAskedAfterEpoch(1, FIRST, 2)).isTrue();
    }

    @Test
    void at_the_end_of_an_epoch_a_job_takes_what_nobody_waits_for() {
        world.beat(ALICE, 4);
        world.hear(request(1, ACME, 3, UNCAPPED));
        world.hear(elastic(2, ACME, 1, 4));
        world.start(2, FIRST, ALICE);
        assertThat(gpusOf(2)).isEqualTo(1);
        world.start(1, FIRST, ALICE);
        world.pass(RUN_MIN);
        assertThat(isAskedAfterEpoch(2, FIRST, 1)).isFalse();
        world.succeed(1, FIRST, ALICE, 1000);
        assertThat(isAskedAfterEpoch(2, FIRST, 2)).isTrue();
        world.stopped(2, FIRST, ALICE, StopReason.PREEMPTED, 2000);
        assertThat(gpusOf(2)).isEqualTo(4);
    }

    @Test
    void who_came_meanwhile_gets_what_a_job_left_to_take() {
        world.beat(ALICE, 4);
        world.hear(request(1, ACME, 3, UNCAPPED));
        world.hear(elastic(2, ACME, 1, 4));
        world.start(2, FIRST, ALICE);
        world.start(1, FIRST, ALICE);
        world.pass(RUN_MIN);
        world.succeed(1, FIRST, ALICE, 1000);
        assertThat(isAskedAfterEpoch(2, FIRST, 1)).isTrue();
        world.hear(request(3, ACME, 4, UNCAPPED));
        world.hear(request(4, ACME, 2, UNCAPPED));
        world.stopped(2, FIRST, ALICE, StopReason.PREEMPTED, 2000);
        assertThat(gpusOf(4)).isEqualTo(2);
        assertThat(gpusOf(2)).isEqualTo(2);
        assertThat(world.state(3)).isInstanceOf(Queued.class);
    }

    @Test
    void a_job_is_resized_as_often_as_it_may_make_room_and_no_more() {
        EngineScenario once = new EngineScenario(
                EngineSettings.STANDARD.withPreemption(new Preemption(1.5, RUN_MIN, 1, Duration.ofSeconds(10))));
        once.beat(ALICE, 4);
        once.hear(elastic(1, ACME, 1, 4));
        once.start(1, FIRST, ALICE);
        once.hear(request(2, ACME, 3, UNCAPPED));
        once.pass(RUN_MIN);
        assertThat(stopsAfterEpoch(once, 1, FIRST, 1)).isNotEmpty();
        once.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 1000);
        once.start(1, SECOND, ALICE);
        once.start(2, FIRST, ALICE);
        once.succeed(2, FIRST, ALICE, 1000);
        once.pass(RUN_MIN);
        assertThat(stopsAfterEpoch(once, 1, SECOND, 2)).isEmpty();
    }

    @Test
    void a_job_that_is_nearly_done_stays_as_it_is() {
        world.beat(ALICE, 4);
        world.hear(request(1, ACME, 3, UNCAPPED));
        world.hear(elastic(2, ACME, 1, 4));
        world.start(2, FIRST, ALICE);
        world.start(1, FIRST, ALICE);
        world.pass(RUN_MIN);
        world.succeed(1, FIRST, ALICE, 1000);
        // Ten minutes on four GPUs are forty on one, as far as what is left is known.
        world.report(2, FIRST, ALICE, 1, 40 * 60_000 - 1000);
        assertThat(isAskedAfterEpoch(2, FIRST, 1)).isFalse();
    }

    @Test
    void a_job_that_has_a_worker_to_itself_makes_way_if_a_smaller_one_is_free() {
        EngineScenario whole = new EngineScenario(SETTINGS.withSharedWorkers(false));
        whole.beat(ALICE, 4);
        whole.hear(elastic(1, ACME, 1, 4));
        whole.start(1, FIRST, ALICE);
        whole.hear(request(2, ACME, 4, UNCAPPED));
        whole.pass(RUN_MIN);
        assertThat(stopsAfterEpoch(whole, 1, FIRST, 1)).isEmpty();
        whole.beat(BOB, 1);
        assertThat(stopsAfterEpoch(whole, 1, FIRST, 2)).isNotEmpty();
        whole.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 2000);
        assertThat(((Leased) whole.state(1)).lease().holder()).isEqualTo(BOB);
        assertThat(((Leased) whole.state(2)).lease().holder()).isEqualTo(ALICE);
    }

    @Test
    void a_job_that_others_can_do_without_is_not_asked_twice_and_survives_another_scheduler() {
        world.beat(ALICE, 4);
        world.hear(elastic(1, ACME, 1, 4));
        world.start(1, FIRST, ALICE);
        world.hear(request(2, ACME, 3, UNCAPPED));
        world.pass(RUN_MIN);
        assertThat(isAskedAfterEpoch(1, FIRST, 1)).isTrue();
        assertThat(isAskedAfterEpoch(1, FIRST, 2)).isFalse();
        world.restart();
        world.beatAll(ALICE, 4);
        world.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 2000);
        assertThat(gpusOf(1) + gpusOf(2)).isEqualTo(4);
        assertThat(gpusOf(1)).isEqualTo(1);
    }
}
