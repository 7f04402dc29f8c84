package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.engine.EngineScenario.RESEND;
import static io.deeptrain.scheduler.engine.EngineScenario.TERM;
import static io.deeptrain.scheduler.engine.EngineScenario.assertNothing;
import static io.deeptrain.scheduler.engine.EngineScenario.assigned;
import static io.deeptrain.scheduler.engine.EngineScenario.holding;
import static io.deeptrain.scheduler.engine.EngineScenario.stop;
import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.ONE;
import static io.deeptrain.scheduler.job.Jobs.PLATFORM_FAULT;
import static io.deeptrain.scheduler.job.Jobs.SECOND;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.TWO;
import static io.deeptrain.scheduler.job.Jobs.checkpoint;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.CostCap.AtMost;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobCancelling;
import io.deeptrain.event.Origin.Resumed;
import io.deeptrain.event.Origin.Scratch;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingBudgetReached;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import io.deeptrain.event.StopReason;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Cancelling;
import io.deeptrain.scheduler.job.JobState.Ended;
import io.deeptrain.scheduler.job.JobState.Finishing;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How a job ends that its tenant, a budget or a limit wants to end. */
class StoppingTest {
    private static final Duration SECOND_OF_TIME = Duration.ofSeconds(1);
    private static final AssignmentEvent KEEP_FIRST = stop(1, FIRST, ALICE, StopReason.STOP_AND_KEEP_BEST);

    private final EngineScenario world = new EngineScenario();

    @Test
    void a_stop_is_sent_again_until_a_beat_no_longer_lists_the_attempt() {
        world.running();
        assertThat(world.hear(new TrainingCancelled(job(1), T0)))
                .isEqualTo(new Decisions(
                        List.of(new JobCancelling(job(1), 4, T0, FIRST, T0)),
                        List.of(stop(1, FIRST, ALICE, StopReason.CANCELLED)),
                        Set.of(job(1))));
        world.beat(ALICE, 1, holding(1, FIRST));
        assertThat(world.pass(RESEND).assignments()).containsExactly(stop(1, FIRST, ALICE, StopReason.CANCELLED));
        world.beat(ALICE, 1);
        assertNothing(world.pass(RESEND));
    }

    @Test
    void a_cancel_ends_with_the_attempt_and_frees_its_gpu_at_once() {
        world.running();
        world.hear(request(2));
        world.hear(new TrainingCancelled(job(1), T0));
        assertThat(world.stopped(1, FIRST, ALICE, StopReason.CANCELLED, 700))
                .isEqualTo(new Decisions(
                        List.of(
                                new JobCancelled(job(1), 5, T0, FIRST, T0, 700),
                                new JobAssigned(job(2), 2, T0, FIRST, ALICE, new Scratch())),
                        List.of(assigned(2, FIRST, ALICE, ONE)),
                        Set.of(job(1), job(2))));
    }

    @Test
    void a_cancel_ends_without_the_worker_when_its_lease_lapses() {
        world.running();
        world.report(1, FIRST, ALICE, 5, 400);
        world.hear(new TrainingCancelled(job(1), T0));
        world.pass(TERM);
        assertThat(world.last().history()).containsExactly(new JobCancelled(job(1), 5, T0.plus(TERM), FIRST, T0, 400));
    }

    @Test
    void a_cancel_in_the_queue_needs_nobody() {
        world.hear(request(1));
        assertThat(world.hear(new TrainingCancelled(job(1), T0)).history())
                .containsExactly(new JobCancelled(job(1), 2, T0, FencingToken.NONE, T0, 0));
        assertNothing(world.beat(ALICE, 1));
    }

    @Test
    void a_cancel_before_the_seal_wins_over_a_success() {
        world.running();
        world.succeed(1, FIRST, ALICE, 2500);
        assertThat(world.state(1)).isInstanceOf(Finishing.class);
        assertThat(world.hear(new TrainingCancelled(job(1), T0)).history())
                .containsExactly(new JobCancelled(job(1), 5, T0, FIRST, T0, 2500));
        assertNothing(world.hear(new JobSealed(job(1), T0)));
    }

    @Test
    void a_success_after_the_cancel_is_a_cancel() {
        world.running();
        world.hear(new TrainingCancelled(job(1), T0));
        assertThat(world.succeed(1, FIRST, ALICE, 2500).history())
                .containsExactly(new JobCancelled(job(1), 5, T0, FIRST, T0, 2500));
    }

    @Test
    void a_cancel_is_not_forgotten_when_the_attempt_is_lost() {
        world.running();
        world.hear(new TrainingCancelled(job(1), T0));
        world.beat(ALICE, TWO, 1, Readiness.ACCEPTING);
        assertThat(world.state(1)).isInstanceOf(Ended.class);
    }

    @Test
    void a_job_that_reaches_its_cap_is_asked_to_finish_with_what_it_has() {
        world.beat(ALICE, 1);
        world.hear(request(1, ACME, 1, new AtMost(2)));
        world.start(1, FIRST, ALICE);
        assertThat(world.report(1, FIRST, ALICE, 10, 17_999).assignments()).isEmpty();
        assertThat(world.report(1, FIRST, ALICE, 11, 18_000).assignments())
                .containsExactly(stop(1, FIRST, ALICE, StopReason.BUDGET_REACHED));
        assertThat(world.report(1, FIRST, ALICE, 12, 18_500).assignments()).isEmpty();
    }

    @Test
    void a_job_that_has_run_for_as_long_as_one_may_is_asked_to_finish_with_what_it_has() {
        EngineScenario limited = new EngineScenario(EngineSettings.STANDARD.withRunTimeMax(Duration.ofSeconds(30)));
        limited.beat(ALICE, 1);
        limited.hear(request(1));
        limited.start(1, FIRST, ALICE);
        assertThat(limited.report(1, FIRST, ALICE, 10, 29_999).assignments()).isEmpty();
        assertThat(limited.report(1, FIRST, ALICE, 11, 30_000).assignments())
                .containsExactly(stop(1, FIRST, ALICE, StopReason.RUN_TIME_REACHED));
        assertThat(limited.report(1, FIRST, ALICE, 12, 30_500).assignments()).isEmpty();
    }

    @Test
    void what_earlier_attempts_are_charged_for_counts_towards_the_cap() {
        world.beat(ALICE, 1);
        world.hear(request(1, ACME, 1, new AtMost(2)));
        world.start(1, FIRST, ALICE);
        world.save(1, FIRST, ALICE, 1, 10, 10_000);
        world.fail(1, FIRST, ALICE, PLATFORM_FAULT, 17_000);
        world.pass(SECOND_OF_TIME);
        world.start(1, SECOND, ALICE, new Resumed(checkpoint(FIRST, 1, 10, 10_000)));
        assertThat(world.report(1, SECOND, ALICE, 20, 7999).assignments()).isEmpty();
        assertThat(world.report(1, SECOND, ALICE, 21, 8000).assignments())
                .containsExactly(stop(1, SECOND, ALICE, StopReason.BUDGET_REACHED));
    }

    @Test
    void a_training_that_its_tenant_stops_is_asked_to_finish_with_what_it_has() {
        world.running();
        assertThat(world.hear(new TrainingStopRequested(job(1), T0)))
                .isEqualTo(new Decisions(List.of(), List.of(KEEP_FIRST), Set.of(job(1))));
        assertNothing(world.hear(new TrainingStopRequested(job(1), T0)));
        world.beat(ALICE, 1, holding(1, FIRST));
        assertThat(world.pass(RESEND).assignments()).containsExactly(KEEP_FIRST);
        world.succeed(1, FIRST, ALICE, 2500);
        assertThat(world.state(1)).isInstanceOf(Finishing.class);
        assertNothing(world.hear(new TrainingStopRequested(job(1), T0)));
        assertNothing(world.pass(RESEND));
        world.hear(new JobSealed(job(1), T0));
        assertNothing(world.hear(new TrainingStopRequested(job(1), T0)));
    }

    @Test
    void a_training_whose_budget_is_used_up_is_asked_to_finish_with_what_it_has_and_remembers_why() {
        world.running();
        AttemptStopRequested atBudget = stop(1, FIRST, ALICE, StopReason.BUDGET_REACHED);
        assertThat(world.hear(new TrainingBudgetReached(job(1), T0)))
                .isEqualTo(new Decisions(List.of(), List.of(atBudget), Set.of(job(1))));
        assertNothing(world.hear(new TrainingBudgetReached(job(1), T0)));
        assertNothing(world.hear(new TrainingStopRequested(job(1), T0)));
        world.save(1, FIRST, ALICE, 1, 10, 1000);
        world.fail(1, FIRST, ALICE, PLATFORM_FAULT, 1500);
        world.restart();
        world.pass(SECOND_OF_TIME);
        world.beat(BOB, 1);
        assertThat(world.start(1, SECOND, BOB, new Resumed(checkpoint(FIRST, 1, 10, 1000)))
                        .assignments())
                .containsExactly(stop(1, SECOND, BOB, StopReason.BUDGET_REACHED));
    }

    @Test
    void an_attempt_that_still_prepares_is_told_to_stop_at_once() {
        world.beat(ALICE, 1);
        world.hear(request(1));
        assertThat(world.hear(new TrainingStopRequested(job(1), T0)).assignments())
                .containsExactly(KEEP_FIRST);
    }

    @Test
    void a_stop_of_a_job_that_waits_with_a_checkpoint_reaches_the_next_attempt() {
        world.running();
        world.save(1, FIRST, ALICE, 1, 10, 1000);
        world.fail(1, FIRST, ALICE, PLATFORM_FAULT, 1500);
        assertThat(world.hear(new TrainingStopRequested(job(1), T0)).changedJobs())
                .containsExactly(job(1));
        world.restart();
        assertThat(world.pass(SECOND_OF_TIME).assignments()).isEmpty();
        assertThat(world.beat(BOB, 1).assignments())
                .containsExactly(assigned(1, SECOND, BOB, ONE, new Resumed(checkpoint(FIRST, 1, 10, 1000))));
        assertThat(world.start(1, SECOND, BOB, new Resumed(checkpoint(FIRST, 1, 10, 1000)))
                        .assignments())
                .containsExactly(stop(1, SECOND, BOB, StopReason.STOP_AND_KEEP_BEST));
    }

    @Test
    void a_stop_outlives_the_attempt_that_is_lost_while_it_stops() {
        world.running();
        world.hear(new TrainingStopRequested(job(1), T0));
        world.beat(ALICE, TWO, 1, Readiness.ACCEPTING);
        world.pass(SECOND_OF_TIME);
        assertThat(world.state(1)).isInstanceOf(Assigned.class);
        assertThat(world.beat(ALICE, TWO, 1, Readiness.ACCEPTING, holding(1, SECOND))
                        .assignments())
                .containsExactly(new AttemptStopRequested(job(1), SECOND, ALICE, TWO, StopReason.STOP_AND_KEEP_BEST));
    }

    @Test
    void a_stop_before_the_first_attempt_is_passed_over() {
        world.hear(request(1));
        assertNothing(world.hear(new TrainingStopRequested(job(1), T0)));
        world.beat(ALICE, 1);
        assertThat(world.start(1, FIRST, ALICE).assignments()).isEmpty();
    }

    @Test
    void a_cancel_takes_the_place_of_a_stop_that_is_under_way() {
        world.running();
        world.hear(new TrainingStopRequested(job(1), T0));
        assertThat(world.hear(new TrainingCancelled(job(1), T0)).assignments())
                .containsExactly(stop(1, FIRST, ALICE, StopReason.CANCELLED));
        assertThat(world.pass(RESEND).assignments()).containsExactly(stop(1, FIRST, ALICE, StopReason.CANCELLED));
        assertThat(world.succeed(1, FIRST, ALICE, 2500).history())
                .containsExactly(new JobCancelled(job(1), 5, world.now(), FIRST, T0, 2500));
    }

    @Test
    void a_restart_does_not_forget_a_stop_that_is_under_way() {
        world.running();
        world.hear(new TrainingStopRequested(job(1), T0));
        world.restart();
        assertThat(world.last().assignments()).containsExactly(KEEP_FIRST);
    }

    @Test
    void the_cancel_of_an_attempt_that_is_listed_again_is_sent_again() {
        world.hear(request(1));
        world.beat(ALICE, 1);
        world.hear(new TrainingCancelled(job(1), T0));
        world.beat(ALICE, 1);
        assertThat(world.state(1)).isInstanceOf(Cancelling.class);
        assertThat(world.beat(ALICE, 1, holding(1, FIRST)).assignments())
                .containsExactly(stop(1, FIRST, ALICE, StopReason.CANCELLED));
    }
}
