package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.engine.EngineScenario.TERM;
import static io.deeptrain.scheduler.engine.EngineScenario.holding;
import static io.deeptrain.scheduler.engine.EngineScenario.stop;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.SECOND;
import static io.deeptrain.scheduler.job.Jobs.TWO;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.checkpoint;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.Origin.Resumed;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.job.JobDecision;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Cancelling;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tenant bolt is in a hurry, and its jobs take the place of others. */
class MakingRoomTest {
    private static final Duration RUN_MIN = Duration.ofSeconds(3);
    private static final Duration SECOND_OF_TIME = Duration.ofSeconds(1);
    private static final Tenant CORK = new Tenant("cork", "wine");
    private static final EngineSettings SETTINGS = new EngineSettings(
            EngineSettings.STANDARD.leaseTerm(),
            EngineSettings.STANDARD.resendAfter(),
            EngineSettings.STANDARD.retry(),
            EngineSettings.STANDARD.stall(),
            100,
            QueueSettings.STANDARD.withTenant(BOLT, QueueLimits.STANDARD.withPriority(Priority.CRITICAL)),
            new Preemption(1.5, RUN_MIN, 1, Duration.ofSeconds(30)));
    private static final AttemptStopRequested MAKE_ROOM = stop(1, FIRST, ALICE, StopReason.PREEMPTED);

    private final EngineScenario world = new EngineScenario(SETTINGS);

    @Test
    void a_job_that_has_run_for_the_least_time_is_asked_to_make_room_and_goes_on_later_from_its_checkpoint() {
        running();
        world.hear(request(2, BOLT, 1, UNCAPPED));
        assertThat(world.pass(RUN_MIN.minus(SECOND_OF_TIME)).assignments()).isEmpty();
        assertThat(world.pass(SECOND_OF_TIME).assignments()).containsExactly(MAKE_ROOM);
        world.save(1, FIRST, ALICE, 1, 10, 3000);
        world.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 3000);
        assertThat(world.state(2)).isInstanceOf(Assigned.class);
        assertThat(world.state(1)).isInstanceOfSatisfying(Queued.class, queued -> {
            assertThat(queued.losses().count()).isZero();
            assertThat(queued.lineage().origin()).isEqualTo(new Resumed(checkpoint(FIRST, 1, 10, 3000)));
        });
        world.beat(BOB, 1);
        assertThat(world.state(1)).isInstanceOf(Assigned.class);
    }

    @Test
    void whoever_is_asked_to_leave_and_for_whom_are_told_in_words() {
        running();
        world.hear(request(2, BOLT, 1, UNCAPPED));
        List<JobDecision> remarks = world.pass(RUN_MIN).remarks();
        assertThat(remarks).extracting(JobDecision::jobId).containsExactly(job(1), job(2));
        assertThat(remarks).extracting(JobDecision::kind).containsExactly("asked-to-leave", "room-asked-for");
        assertThat(remarks.getFirst().sentence())
                .startsWith("Job job-002 stands higher and fits nowhere else: asked to leave worker alice");
        assertThat(remarks.getLast().sentence())
                .isEqualTo("On worker alice least work is lost: room is asked for there, of job-001.");
        assertThat(world.pass(SECOND_OF_TIME).remarks()).isEmpty();
    }

    @Test
    void what_gets_free_goes_to_the_job_for_which_it_was_made() {
        claimed();
        world.hear(request(3, CORK, 1, UNCAPPED));
        world.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 3000);
        assertThat(world.state(2)).isInstanceOf(Assigned.class);
        assertThat(world.state(3)).isInstanceOf(Queued.class);
    }

    @Test
    void room_that_is_being_made_is_given_to_nobody_before_the_last_has_left() {
        world.beat(ALICE, 2);
        world.hear(request(1));
        world.hear(request(2));
        world.start(1, FIRST, ALICE);
        world.start(2, FIRST, ALICE);
        world.hear(request(3, BOLT, 2, UNCAPPED));
        world.hear(request(4, CORK, 1, UNCAPPED));
        assertThat(world.pass(RUN_MIN).assignments())
                .containsExactlyInAnyOrder(MAKE_ROOM, stop(2, FIRST, ALICE, StopReason.PREEMPTED));
        world.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 3000);
        assertThat(world.state(4)).isInstanceOf(Queued.class);
        world.stopped(2, FIRST, ALICE, StopReason.PREEMPTED, 3000);
        assertThat(world.state(3)).isInstanceOf(Assigned.class);
        assertThat(world.state(4)).isInstanceOf(Queued.class);
    }

    @Test
    void a_job_that_has_made_room_often_enough_is_left_alone() {
        claimed();
        world.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 3000);
        world.beat(BOB, 1);
        world.start(1, SECOND, BOB);
        world.hear(request(3, BOLT, 1, UNCAPPED));
        world.beat(ALICE, 1, holding(2, FIRST));
        assertThat(world.pass(RUN_MIN.plus(SECOND_OF_TIME)).assignments())
                .noneMatch(message -> message instanceof AttemptStopRequested);
    }

    @Test
    void room_for_a_job_that_is_cancelled_is_anybodys() {
        claimed();
        world.hear(new TrainingCancelled(job(2), world.now()));
        world.hear(request(3, CORK, 1, UNCAPPED));
        world.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 3000);
        assertThat(world.state(3)).isInstanceOf(Assigned.class);
    }

    @Test
    void a_cancel_takes_the_place_of_making_room() {
        claimed();
        assertThat(world.hear(new TrainingCancelled(job(1), world.now())).assignments())
                .containsExactly(stop(1, FIRST, ALICE, StopReason.CANCELLED));
        assertThat(world.state(1)).isInstanceOf(Cancelling.class);
        world.stopped(1, FIRST, ALICE, StopReason.CANCELLED, 3000);
        assertThat(world.state(2)).isInstanceOf(Assigned.class);
    }

    @Test
    void nobody_waits_for_room_on_a_worker_that_is_gone() {
        claimed();
        world.beat(BOB, 1);
        assertThat(world.state(2)).isInstanceOf(Assigned.class);
        world.pass(TERM);
        world.beat(ALICE, TWO, 1, Readiness.ACCEPTING);
        world.pass(SECOND_OF_TIME);
        assertThat(world.state(1)).isInstanceOf(Assigned.class);
    }

    private void running() {
        world.beat(ALICE, 1);
        world.hear(request(1));
        world.start(1, FIRST, ALICE);
    }

    /** Job 1 of acme has been asked to make room for job 2 of bolt. */
    private void claimed() {
        running();
        world.hear(request(2, BOLT, 1, UNCAPPED));
        assertThat(world.pass(RUN_MIN).assignments()).containsExactly(MAKE_ROOM);
    }
}
