package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.engine.EngineScenario.RESEND;
import static io.deeptrain.scheduler.engine.EngineScenario.TERM;
import static io.deeptrain.scheduler.engine.EngineScenario.assigned;
import static io.deeptrain.scheduler.engine.EngineScenario.holding;
import static io.deeptrain.scheduler.engine.EngineScenario.stop;
import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.ONE;
import static io.deeptrain.scheduler.job.Jobs.PLATFORM_FAULT;
import static io.deeptrain.scheduler.job.Jobs.SECOND;
import static io.deeptrain.scheduler.job.Jobs.SUCCESS;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.TWO;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.USER_FAULT;
import static io.deeptrain.scheduler.job.Jobs.checkpoint;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.progress;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.CostCap.AtMost;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.SchedulerPulsed;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobCancelling;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.Origin.Resumed;
import io.deeptrain.event.Origin.Scratch;
import io.deeptrain.event.Phase;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingBudgetReached;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import io.deeptrain.event.SchedulerId;
import io.deeptrain.event.StopReason;
import io.deeptrain.scheduler.engine.Input.Heard;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Cancelling;
import io.deeptrain.scheduler.job.JobState.Ended;
import io.deeptrain.scheduler.job.JobState.Finishing;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.job.JobState.Running;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.QueueSettings;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SchedulerEngineTest {
    private static final Duration BLINK = Duration.ofNanos(1);
    private static final Duration SECOND_OF_TIME = Duration.ofSeconds(1);
    private static final AssignmentEvent KEEP_FIRST = stop(1, FIRST, ALICE, StopReason.STOP_AND_KEEP_BEST);

    private final EngineScenario world = new EngineScenario();

    @Test
    void a_request_becomes_an_assignment_as_soon_as_a_worker_has_room() {
        assertThat(world.hear(request(1)))
                .isEqualTo(new Decisions(
                        List.of(new JobQueued(
                                job(1),
                                1,
                                T0,
                                ACME,
                                request(1).modelId(),
                                request(1).modelVersionId(),
                                "visual-classifier",
                                "classification_cifar10_v1",
                                1,
                                request(1).rate(),
                                UNCAPPED,
                                Duration.ofMinutes(10))),
                        List.of(),
                        Set.of(job(1))));
        assertThat(world.beat(ALICE, 1))
                .isEqualTo(new Decisions(
                        List.of(new JobAssigned(job(1), 2, T0, FIRST, ALICE, new Scratch())),
                        List.of(assigned(1, FIRST, ALICE, ONE)),
                        Set.of(job(1))));
    }

    @Test
    void a_job_goes_its_whole_way() {
        running();
        assertThat(world.report(1, FIRST, ALICE, 10, 1000).history()).isEmpty();
        assertThat(world.save(1, FIRST, ALICE, 1, 10, 1000).history()).hasSize(1);
        assertThat(world.succeed(1, FIRST, ALICE, 2500).history())
                .containsExactly(new JobFinishing(job(1), 5, T0, FIRST, 2500));
        assertThat(world.hear(new JobSealed(job(1), T0)).history())
                .containsExactly(new JobSucceeded(
                        job(1), 6, T0, FIRST, SUCCESS.model(), SUCCESS.metrics(), SUCCESS.completion(), 2500));
    }

    @Test
    void what_is_delivered_again_changes_nothing() {
        running();
        world.report(1, FIRST, ALICE, 10, 1000);
        world.save(1, FIRST, ALICE, 1, 10, 1000);
        assertNothing(world.hear(request(1)));
        assertNothing(world.start(1, FIRST, ALICE));
        assertNothing(world.report(1, FIRST, ALICE, 10, 1000));
        assertNothing(world.save(1, FIRST, ALICE, 1, 10, 1000));
        world.succeed(1, FIRST, ALICE, 2000);
        assertNothing(world.succeed(1, FIRST, ALICE, 2000));
        world.hear(new JobSealed(job(1), T0));
        assertNothing(world.hear(new JobSealed(job(1), T0)));
        assertNothing(world.hear(new TrainingCancelled(job(1), T0)));
        assertNothing(world.hear(request(1)));
    }

    @Test
    void a_lease_lapses_at_the_end_of_its_term_and_not_before() {
        running();
        world.beat(ALICE, 1, holding(1, FIRST));
        assertNothing(world.pass(TERM.minus(BLINK)));
        assertThat(world.pass(BLINK).history())
                .containsExactly(new JobRequeued(
                        job(1),
                        4,
                        T0.plus(TERM),
                        FIRST,
                        RequeueCause.LEASE_LAPSED,
                        "Worker alice was not heard for PT8S.",
                        0,
                        T0.plus(TERM).plusSeconds(1)));
    }

    @Test
    void a_beat_that_lists_the_attempt_renews_its_lease_and_one_that_does_not_does_not() {
        running();
        world.pass(Duration.ofSeconds(5));
        world.beat(ALICE, 1, holding(1, FIRST));
        world.pass(Duration.ofSeconds(5));
        assertThat(world.state(1)).isInstanceOf(Running.class);
        world.beat(ALICE, 1);
        world.pass(Duration.ofSeconds(3));
        assertThat(world.state(1)).isInstanceOf(Queued.class);
    }

    @Test
    void leases_stand_still_while_nothing_comes_back_through_kafka() {
        running();
        world.passUnheard(Duration.ofHours(3));
        assertThat(world.state(1)).isInstanceOf(Running.class);
        world.catchUp();
        assertThat(world.state(1)).isInstanceOf(Running.class);
        world.pass(Duration.ofSeconds(5));
        assertThat(world.state(1)).isInstanceOf(Running.class);
        world.pass(Duration.ofSeconds(1));
        assertThat(world.state(1)).isInstanceOf(Queued.class);
    }

    @Test
    void a_worker_that_restarts_loses_what_it_held_at_once() {
        running();
        assertThat(world.beat(ALICE, TWO, 1, Readiness.ACCEPTING).history())
                .containsExactly(new JobRequeued(
                        job(1),
                        4,
                        T0,
                        FIRST,
                        RequeueCause.LEASE_LAPSED,
                        "Worker alice came back as another process.",
                        0,
                        T0.plusSeconds(1)));
        assertThat(world.pass(SECOND_OF_TIME).assignments()).containsExactly(assigned(1, SECOND, ALICE, TWO));
    }

    @Test
    void an_incarnation_that_was_replaced_gets_nothing_and_is_told_to_stop() {
        running();
        world.beat(ALICE, TWO, 1, Readiness.ACCEPTING);
        assertThat(world.beat(ALICE, ONE, 1, Readiness.ACCEPTING, holding(1, FIRST)))
                .isEqualTo(new Decisions(List.of(), List.of(stop(1, FIRST, ALICE, StopReason.SUPERSEDED)), Set.of()));
        assertThat(world.engine().fleet().getFirst().incarnation()).isEqualTo(TWO);
    }

    @Test
    void a_stale_attempt_changes_nothing_and_is_told_that_it_is_superseded() {
        running();
        world.pass(TERM);
        world.beat(BOB, 1);
        world.pass(SECOND_OF_TIME);
        assertThat(world.state(1)).isInstanceOf(Assigned.class);
        world.beat(ALICE, ONE, 1, Readiness.DRAINING);
        assertThat(world.report(1, FIRST, ALICE, 77, 60_000))
                .isEqualTo(new Decisions(List.of(), List.of(stop(1, FIRST, ALICE, StopReason.SUPERSEDED)), Set.of()));
        assertNothing(world.succeed(1, FIRST, ALICE, 61_000));
    }

    @Test
    void a_zombie_occupies_its_gpu_until_it_has_stopped() {
        running();
        world.beat(ALICE, 1, holding(1, FIRST));
        for (int quiet = 0; quiet < 120; quiet++) {
            world.pass(SECOND_OF_TIME);
            world.beat(ALICE, 1, holding(1, FIRST));
        }
        assertThat(world.state(1)).isInstanceOf(Queued.class);
        world.pass(SECOND_OF_TIME);
        world.beat(ALICE, 1, holding(1, FIRST));
        assertThat(world.state(1)).isInstanceOf(Queued.class);
        world.beat(ALICE, 1);
        assertThat(world.last().assignments()).containsExactly(assigned(1, SECOND, ALICE, ONE));
    }

    @Test
    void an_attempt_that_shows_no_new_work_is_given_up_at_the_limit_and_not_before() {
        running();
        world.report(1, FIRST, ALICE, 36, 36_000);
        for (int quiet = 0; quiet < 119; quiet++) {
            world.pass(SECOND_OF_TIME);
            world.report(1, FIRST, ALICE, 36, 37_000 + quiet);
            world.beat(ALICE, 1, holding(1, FIRST));
        }
        assertNothing(world.pass(SECOND_OF_TIME.minus(BLINK)));
        assertThat(world.pass(BLINK))
                .isEqualTo(new Decisions(
                        List.of(new JobRequeued(
                                job(1),
                                4,
                                world.now(),
                                FIRST,
                                RequeueCause.STALLED,
                                "Worker alice showed no new work for PT2M.",
                                36_000,
                                world.now().plusSeconds(1))),
                        List.of(stop(1, FIRST, ALICE, StopReason.SUPERSEDED)),
                        Set.of(job(1))));
    }

    @Test
    void evaluation_may_be_quiet_for_longer_than_training() {
        running();
        world.report(1, FIRST, ALICE, progress(Phase.EVALUATING, 36), 36_000);
        for (int quiet = 0; quiet < 899; quiet++) {
            world.pass(SECOND_OF_TIME);
            world.beat(ALICE, 1, holding(1, FIRST));
        }
        assertThat(world.state(1)).isInstanceOf(Running.class);
        world.pass(SECOND_OF_TIME);
        assertThat(world.state(1)).isInstanceOf(Queued.class);
    }

    @Test
    void an_assignment_is_sent_again_until_the_worker_shows_that_it_heard() {
        world.hear(request(1));
        world.beat(ALICE, 1);
        assertNothing(world.pass(RESEND.minus(BLINK)));
        assertThat(world.pass(BLINK).assignments()).containsExactly(assigned(1, FIRST, ALICE, ONE));
        assertThat(world.pass(RESEND).assignments()).containsExactly(assigned(1, FIRST, ALICE, ONE));
        world.beat(ALICE, 1, holding(1, FIRST));
        assertNothing(world.pass(RESEND));
    }

    @Test
    void an_attempt_event_acknowledges_the_assignment_too() {
        running();
        assertNothing(world.pass(RESEND));
    }

    @Test
    void a_stop_is_sent_again_until_a_beat_no_longer_lists_the_attempt() {
        running();
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
        running();
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
        running();
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
        running();
        world.succeed(1, FIRST, ALICE, 2500);
        assertThat(world.state(1)).isInstanceOf(Finishing.class);
        assertThat(world.hear(new TrainingCancelled(job(1), T0)).history())
                .containsExactly(new JobCancelled(job(1), 5, T0, FIRST, T0, 2500));
        assertNothing(world.hear(new JobSealed(job(1), T0)));
    }

    @Test
    void a_success_after_the_cancel_is_a_cancel() {
        running();
        world.hear(new TrainingCancelled(job(1), T0));
        assertThat(world.succeed(1, FIRST, ALICE, 2500).history())
                .containsExactly(new JobCancelled(job(1), 5, T0, FIRST, T0, 2500));
    }

    @Test
    void a_cancel_is_not_forgotten_when_the_attempt_is_lost() {
        running();
        world.hear(new TrainingCancelled(job(1), T0));
        world.beat(ALICE, TWO, 1, Readiness.ACCEPTING);
        assertThat(world.state(1)).isInstanceOf(Ended.class);
    }

    @Test
    void a_user_fault_asks_for_the_seal_at_once() {
        running();
        assertThat(world.fail(1, FIRST, ALICE, USER_FAULT, 900).history())
                .containsExactly(new JobFinishing(job(1), 4, T0, FIRST, 900));
    }

    @Test
    void a_job_that_a_worker_failed_is_tried_on_another_one() {
        world.beat(ALICE, 1);
        world.beat(BOB, 1);
        world.hear(request(1));
        world.start(1, FIRST, ALICE);
        world.fail(1, FIRST, ALICE, PLATFORM_FAULT, 0);
        assertThat(world.pass(SECOND_OF_TIME).assignments()).containsExactly(assigned(1, SECOND, BOB, ONE));
    }

    @Test
    void the_next_attempt_resumes_from_the_newest_checkpoint() {
        running();
        world.save(1, FIRST, ALICE, 1, 10, 1000);
        world.fail(1, FIRST, ALICE, PLATFORM_FAULT, 1500);
        assertThat(world.pass(SECOND_OF_TIME).assignments())
                .containsExactly(assigned(1, SECOND, ALICE, ONE, new Resumed(checkpoint(FIRST, 1, 10, 1000))));
    }

    @Test
    void every_attempt_of_the_budget_is_used_and_none_beyond() {
        world.beat(ALICE, 1);
        world.hear(request(1));
        for (int attempt = 1; attempt < 12; attempt++) {
            world.fail(1, new FencingToken(attempt), ALICE, PLATFORM_FAULT, 0);
            assertThat(world.state(1)).isInstanceOf(Queued.class);
            for (int waited = 0; waited < 300; waited++) {
                world.pass(SECOND_OF_TIME);
                world.beat(ALICE, 1);
                if (world.state(1) instanceof Assigned) {
                    break;
                }
            }
            assertThat(world.state(1)).isInstanceOf(Assigned.class);
        }
        world.fail(1, new FencingToken(12), ALICE, PLATFORM_FAULT, 0);
        assertThat(world.state(1)).isInstanceOf(Finishing.class);
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
        running();
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
        running();
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
        running();
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
        running();
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
        running();
        world.hear(new TrainingStopRequested(job(1), T0));
        assertThat(world.hear(new TrainingCancelled(job(1), T0)).assignments())
                .containsExactly(stop(1, FIRST, ALICE, StopReason.CANCELLED));
        assertThat(world.pass(RESEND).assignments()).containsExactly(stop(1, FIRST, ALICE, StopReason.CANCELLED));
        assertThat(world.succeed(1, FIRST, ALICE, 2500).history())
                .containsExactly(new JobCancelled(job(1), 5, world.now(), FIRST, T0, 2500));
    }

    @Test
    void a_restart_does_not_forget_a_stop_that_is_under_way() {
        running();
        world.hear(new TrainingStopRequested(job(1), T0));
        world.restart();
        assertThat(world.last().assignments()).containsExactly(KEEP_FIRST);
    }

    @Test
    void a_tenant_with_many_jobs_does_not_keep_another_one_waiting() {
        for (int number = 1; number <= 4; number++) {
            world.hear(request(number));
        }
        world.hear(request(5, BOLT, 1, UNCAPPED));
        world.beat(ALICE, 2);
        assertThat(List.of(world.state(1), world.state(5))).hasOnlyElementsOfType(Assigned.class);
    }

    @Test
    void an_attempt_gets_all_its_gpus_on_one_worker_or_none() {
        world.beat(ALICE, 2);
        world.beat(BOB, 2);
        world.hear(request(1, ACME, 4, UNCAPPED));
        assertThat(world.state(1)).isInstanceOf(Queued.class);
        world.hear(request(2, ACME, 2, UNCAPPED));
        assertThat(world.state(2)).isInstanceOf(Assigned.class);
    }

    @Test
    void a_draining_worker_finishes_what_it_has_and_gets_no_more() {
        running();
        world.hear(request(2));
        world.beat(ALICE, ONE, 2, Readiness.DRAINING, holding(1, FIRST));
        assertThat(world.state(1)).isInstanceOf(Running.class);
        assertThat(world.state(2)).isInstanceOf(Queued.class);
    }

    @Test
    void nothing_is_given_to_a_worker_that_is_gone_or_silent() {
        world.beat(ALICE, 1);
        world.beat(BOB, ONE, 1, Readiness.GONE);
        assertThat(world.engine().fleet()).hasSize(1);
        world.pass(TERM);
        world.hear(request(1));
        assertThat(world.engine().fleet()).isEmpty();
        assertThat(world.state(1)).isInstanceOf(Queued.class);
    }

    @Test
    void what_a_worker_was_given_while_it_said_good_bye_goes_to_another_at_once() {
        world.beat(ALICE, 1);
        world.hear(request(1));
        world.beat(BOB, 1);
        Decisions decisions = world.beat(ALICE, ONE, 1, Readiness.GONE);
        assertThat(decisions.history())
                .first()
                .isEqualTo(new JobRequeued(
                        job(1), 3, T0, FIRST, RequeueCause.PREEMPTED, "The worker made room as asked.", 0, T0));
        assertThat(decisions.assignments()).containsExactly(assigned(1, SECOND, BOB, ONE));
    }

    @Test
    void what_a_worker_has_heard_of_before_it_said_good_bye_keeps_its_lease() {
        world.beat(ALICE, 1);
        world.hear(request(1));
        world.beat(ALICE, ONE, 1, Readiness.DRAINING, holding(1, FIRST));
        world.beat(BOB, 1);
        assertThat(world.beat(ALICE, ONE, 1, Readiness.GONE).history()).isEmpty();
        assertThat(world.state(1)).isInstanceOf(Assigned.class);
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

    @Test
    void a_restart_gives_every_lease_a_fresh_term_and_sends_again_what_may_be_unknown() {
        running();
        world.hear(request(2));
        world.beat(ALICE, 2, holding(1, FIRST));
        world.pass(Duration.ofSeconds(6));
        world.hear(new TrainingCancelled(job(1), world.now()));
        world.restart();
        assertThat(world.last().assignments())
                .containsExactly(stop(1, FIRST, ALICE, StopReason.CANCELLED), assigned(2, FIRST, ALICE, ONE));
        world.pass(TERM.minus(BLINK));
        assertThat(world.state(1)).isInstanceOf(Cancelling.class);
        world.pass(BLINK);
        assertThat(world.state(1)).isInstanceOf(Ended.class);
    }

    @Test
    void ended_jobs_are_forgotten_oldest_first() {
        EngineSettings forgetful = new EngineSettings(
                TERM,
                RESEND,
                EngineSettings.STANDARD.retry(),
                EngineSettings.STANDARD.stall(),
                1,
                QueueSettings.STANDARD,
                Preemption.NEVER);
        EngineScenario small = new EngineScenario(forgetful);
        for (int number = 1; number <= 2; number++) {
            small.hear(request(number));
            small.hear(new TrainingCancelled(job(number), T0));
        }
        assertThat(small.engine().find(job(1))).isEmpty();
        assertThat(small.engine().find(job(2))).isPresent();
        assertThatThrownBy(() -> small.engine().job(job(1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void only_what_a_scheduler_acts_on_can_be_heard() {
        assertThatThrownBy(() -> new Heard(new SchedulerPulsed(new SchedulerId("s"), 1, 0, 1, T0), T0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void time_that_goes_back_is_not_told() {
        world.hear(request(1));
        world.pass(Duration.ofSeconds(5));
        Decisions decisions = world.engine().apply(new Heard(request(2), T0));
        assertThat(decisions.history()).extracting(JobEvent::occurredAt).containsExactly(T0.plusSeconds(5));
    }

    @Test
    void the_start_of_the_meter_is_told_with_where_the_attempt_really_began() {
        world.beat(ALICE, 1);
        world.hear(request(1));
        assertThat(world.start(1, FIRST, ALICE).history())
                .containsExactly(new JobStarted(job(1), 3, T0, FIRST, new Scratch(), 1));
    }

    private void running() {
        world.beat(ALICE, 1);
        world.hear(request(1));
        world.start(1, FIRST, ALICE);
    }

    private static void assertNothing(Decisions decisions) {
        assertThat(decisions).isEqualTo(new Decisions(List.of(), List.of(), Set.of()));
    }
}
