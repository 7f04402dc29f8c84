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
import static io.deeptrain.scheduler.job.Jobs.looked;
import static io.deeptrain.scheduler.job.Jobs.progress;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.SchedulerPulsed;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
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
import io.deeptrain.event.RequestEvent.TrainingCancelled;
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
        world.running();
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
        world.running();
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
        world.running();
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
        world.running();
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
        world.running();
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
        world.running();
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
        world.running();
        world.beat(ALICE, TWO, 1, Readiness.ACCEPTING);
        assertThat(world.beat(ALICE, ONE, 1, Readiness.ACCEPTING, holding(1, FIRST)))
                .isEqualTo(new Decisions(List.of(), List.of(stop(1, FIRST, ALICE, StopReason.SUPERSEDED)), Set.of()));
        assertThat(world.engine().fleet().getFirst().incarnation()).isEqualTo(TWO);
    }

    @Test
    void a_stale_attempt_changes_nothing_and_is_told_that_it_is_superseded() {
        world.running();
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
        world.running();
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
        world.running();
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
        world.running();
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
    void an_attempt_that_looks_at_its_test_images_is_not_hung_until_it_shows_no_more_of_that() {
        world.running();
        world.report(1, FIRST, ALICE, looked(36, 16), 36_000);
        for (int quiet = 1; quiet < 360; quiet++) {
            world.pass(SECOND_OF_TIME);
            world.beat(ALICE, 1, holding(1, FIRST));
            if (quiet % 100 == 0) {
                world.report(1, FIRST, ALICE, looked(36, 16 + quiet), 36_000 + quiet * 1_000);
            }
        }
        assertThat(world.state(1)).isInstanceOf(Running.class);
        // The same once more is nothing new: two minutes after the newest look the attempt is over.
        world.report(1, FIRST, ALICE, looked(36, 16 + 300), 400_000);
        for (int quiet = 360; quiet < 420; quiet++) {
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
        world.running();
        assertNothing(world.pass(RESEND));
    }

    @Test
    void a_user_fault_asks_for_the_seal_at_once() {
        world.running();
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
        world.running();
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
        world.running();
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
    void a_restart_gives_every_lease_a_fresh_term_and_sends_again_what_may_be_unknown() {
        world.running();
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
}
