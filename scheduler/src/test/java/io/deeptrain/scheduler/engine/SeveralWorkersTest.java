package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.engine.EngineScenario.RESEND;
import static io.deeptrain.scheduler.engine.EngineScenario.TERM;
import static io.deeptrain.scheduler.engine.EngineScenario.holding;
import static io.deeptrain.scheduler.engine.EngineScenario.stop;
import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.ONE;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.TWO;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.Origin;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.Span;
import io.deeptrain.event.Span.Partner;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.explain.Explainer;
import io.deeptrain.scheduler.explain.Reason;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Cancelling;
import io.deeptrain.scheduler.job.JobState.Ended;
import io.deeptrain.scheduler.job.JobState.Finishing;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.job.JobState.Running;
import io.deeptrain.scheduler.job.Jobs;
import io.deeptrain.scheduler.job.Losses;
import io.deeptrain.scheduler.placement.Condition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Attempts that lie over several workers. */
class SeveralWorkersTest {
    private static final WorkerId CAROL = new WorkerId("carol");
    private static final Span SPAN = new Span("alice:7400", List.of(new Partner(BOB, ONE, 1)));

    private final EngineScenario world = new EngineScenario(EngineSettings.STANDARD.withSharedWorkers(false));

    private static TrainingRequested wanting(int job, int gpus) {
        return request(job, ACME, gpus, UNCAPPED);
    }

    /** Alice leads the first job, of two GPUs, and Bob runs the other rank. */
    private void alicesAndBobs() {
        world.beatJoint(ALICE, 1);
        world.beatJoint(BOB, 1);
        world.hear(wanting(1, 2));
        world.beatJoint(ALICE, 1, holding(1, FIRST));
        world.beatJoint(BOB, 1, holding(1, FIRST));
        world.start(1, FIRST, ALICE);
        assertThat(world.state(1)).isInstanceOf(Running.class);
    }

    private List<Partner> membersOf(int job) {
        assertThat(world.state(job)).isInstanceOf(Leased.class);
        return ((Leased) world.state(job)).lease().members();
    }

    private void assertLostAt(WorkerId worker) {
        assertThat(world.state(1)).isInstanceOf(Queued.class);
        assertThat(((Queued) world.state(1)).losses()).isEqualTo(new Losses(List.of(worker)));
        assertThat(world.last().history())
                .filteredOn(JobRequeued.class::isInstance)
                .extracting(entry -> ((JobRequeued) entry).cause())
                .containsExactly(RequeueCause.LEASE_LAPSED);
    }

    @Test
    void a_job_that_fits_on_no_worker_runs_on_several_that_can_reach_each_other() {
        world.beatJoint(ALICE, 1);
        world.beatJoint(BOB, 1);
        TrainingRequested asked = wanting(1, 2);
        assertThat(world.hear(asked).assignments())
                .containsExactly(
                        new AttemptAssigned(
                                job(1), FIRST, ALICE, ONE, ACME, asked.spec(), new Origin.Scratch(), Optional.of(SPAN)),
                        new RanksAssigned(job(1), FIRST, BOB, ONE, 1, 1, 2, "alice:7400"));
        assertThat(world.last().remarks())
                .singleElement()
                .satisfies(remark -> assertThat(remark.sentence()).contains("1 of alice, 1 of bob"));
        world.hear(wanting(2, 1));
        assertThat(world.state(2)).isInstanceOf(Queued.class);
    }

    @Test
    void workers_that_cannot_be_reached_share_nothing() {
        world.beat(ALICE, 1);
        world.beatJoint(BOB, 1);
        world.hear(wanting(1, 2));
        assertThat(world.state(1)).isInstanceOf(Queued.class);
        world.beatJoint(CAROL, 1);
        assertThat(membersOf(1)).containsExactly(new Partner(BOB, ONE, 1), new Partner(CAROL, ONE, 1));
    }

    @Test
    void one_worker_that_is_large_enough_is_better_than_several() {
        world.beatJoint(ALICE, 1);
        world.beatJoint(BOB, 1);
        world.beat(CAROL, 4);
        world.hear(wanting(1, 2));
        assertThat(membersOf(1)).containsExactly(new Partner(CAROL, ONE, 2));
    }

    @Test
    void as_few_as_possible_share_it_and_the_one_that_gives_most_leads() {
        world.beatJoint(ALICE, 1);
        world.beatJoint(BOB, 4);
        world.beatJoint(CAROL, 2);
        world.hear(wanting(1, 5));
        assertThat(membersOf(1)).containsExactly(new Partner(BOB, ONE, 4), new Partner(ALICE, ONE, 1));
    }

    @Test
    void those_of_one_rack_share_it() {
        world.beatJoint(ALICE, ONE, 1, Readiness.ACCEPTING, "north");
        world.beatJoint(BOB, ONE, 1, Readiness.ACCEPTING, "south");
        world.beatJoint(CAROL, ONE, 1, Readiness.ACCEPTING, "south");
        world.hear(wanting(1, 2));
        assertThat(membersOf(1)).containsExactly(new Partner(BOB, ONE, 1), new Partner(CAROL, ONE, 1));
    }

    @Test
    void an_elastic_job_whose_least_fits_on_no_worker_runs_on_several_with_that() {
        world.beatJoint(ALICE, 1);
        world.beatJoint(BOB, 1);
        world.beatJoint(CAROL, 1);
        world.hear(Jobs.elastic(1, ACME, 2, 3));
        assertThat(membersOf(1)).containsExactly(new Partner(ALICE, ONE, 1), new Partner(BOB, ONE, 1));
    }

    @Test
    void all_of_it_or_nothing() {
        world.beatJoint(ALICE, 1);
        world.beatJoint(BOB, 1);
        world.hear(wanting(1, 3));
        assertThat(world.state(1)).isInstanceOf(Queued.class);
        world.hear(wanting(2, 1));
        world.hear(wanting(3, 1));
        assertThat(world.state(2)).isInstanceOf(Assigned.class);
        assertThat(world.state(3)).isInstanceOf(Assigned.class);
    }

    @Test
    void a_partner_is_told_until_it_has_heard_and_its_gpu_is_taken() {
        world.beatJoint(ALICE, 1);
        world.beatJoint(BOB, 1);
        world.hear(wanting(1, 2));
        world.beatJoint(ALICE, 1, holding(1, FIRST));
        assertThat(world.pass(RESEND).assignments())
                .containsExactly(new RanksAssigned(job(1), FIRST, BOB, ONE, 1, 1, 2, "alice:7400"));
        world.beatJoint(BOB, 1, holding(1, FIRST));
        assertThat(world.pass(RESEND).assignments()).isEmpty();
    }

    @Test
    void a_partner_that_falls_silent_is_the_end_of_the_attempt() {
        alicesAndBobs();
        for (long second = 1; second < TERM.toSeconds(); second++) {
            world.pass(Duration.ofSeconds(1));
            world.beatJoint(ALICE, 1, holding(1, FIRST));
            assertThat(world.state(1)).isInstanceOf(Running.class);
        }
        assertThat(world.pass(Duration.ofSeconds(1)).assignments())
                .containsExactly(stop(1, FIRST, ALICE, StopReason.SUPERSEDED));
        assertLostAt(BOB);
    }

    @Test
    void so_is_one_that_no_longer_says_that_it_runs_its_part() {
        alicesAndBobs();
        for (long second = 0; second < TERM.toSeconds(); second++) {
            world.beatJoint(ALICE, 1, holding(1, FIRST));
            world.beatJoint(BOB, 1);
            assertThat(world.state(1)).isInstanceOf(Running.class);
            world.pass(Duration.ofSeconds(1));
        }
        assertLostAt(BOB);
    }

    @Test
    void so_is_one_that_comes_back_as_another_process() {
        alicesAndBobs();
        assertThat(world.beatJoint(BOB, TWO, 1, Readiness.ACCEPTING, "").assignments())
                .containsExactly(stop(1, FIRST, ALICE, StopReason.SUPERSEDED));
        assertLostAt(BOB);
    }

    @Test
    void whoever_shares_it_waits_for_the_next_attempt_when_the_holder_is_lost() {
        alicesAndBobs();
        world.beatJoint(ALICE, TWO, 1, Readiness.ACCEPTING, "");
        assertLostAt(ALICE);
        assertThat(world.beatJoint(BOB, 1, holding(1, FIRST)).assignments())
                .containsExactly(stop(1, FIRST, BOB, StopReason.SUPERSEDED));
        world.hear(wanting(2, 1));
        world.hear(wanting(3, 1));
        assertThat(membersOf(2)).containsExactly(new Partner(ALICE, TWO, 1));
        assertThat(world.state(3)).isInstanceOf(Queued.class);
        world.beatJoint(BOB, 1);
        assertThat(membersOf(3)).containsExactly(new Partner(BOB, ONE, 1));
    }

    @Test
    void a_partner_is_free_when_the_attempt_has_ended_and_its_beats_say_so() {
        alicesAndBobs();
        world.hear(wanting(2, 1));
        world.hear(wanting(3, 1));
        world.succeed(1, FIRST, ALICE, 5_000);
        assertThat(world.state(1)).isInstanceOf(Finishing.class);
        assertThat(membersOf(2)).containsExactly(new Partner(ALICE, ONE, 1));
        assertThat(world.state(3)).isInstanceOf(Queued.class);
        world.beatJoint(BOB, 1);
        assertThat(membersOf(3)).containsExactly(new Partner(BOB, ONE, 1));
    }

    @Test
    void a_partner_that_is_about_to_go_has_the_holder_save_and_stop() {
        alicesAndBobs();
        world.beatJoint(BOB, ONE, 1, Readiness.DRAINING, "", holding(1, FIRST));
        assertThat(world.beatJoint(ALICE, 1, holding(1, FIRST)).assignments())
                .containsExactly(stop(1, FIRST, ALICE, StopReason.PREEMPTED));
        world.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 5_000);
        assertThat(((Queued) world.state(1)).losses()).isEqualTo(Losses.NONE);
    }

    @Test
    void so_has_one_that_an_operator_drains() {
        alicesAndBobs();
        world.order(new Order.SetCondition(BOB, Condition.DRAINING));
        assertThat(world.last().assignments()).containsExactly(stop(1, FIRST, ALICE, StopReason.PREEMPTED));
    }

    @Test
    void what_was_assigned_while_a_partner_said_good_bye_is_taken_back() {
        world.beatJoint(ALICE, 1);
        world.beatJoint(BOB, 1);
        world.hear(wanting(1, 2));
        assertThat(world.beatJoint(BOB, ONE, 1, Readiness.GONE, "").assignments())
                .containsExactly(stop(1, FIRST, ALICE, StopReason.SUPERSEDED));
        assertThat(((Queued) world.state(1)).losses()).isEqualTo(Losses.NONE);
    }

    @Test
    void a_cancelled_attempt_ends_with_its_holder_whatever_its_partner_says() {
        alicesAndBobs();
        world.hear(new TrainingCancelled(job(1), T0));
        for (long second = 0; second < TERM.toSeconds(); second++) {
            world.beatJoint(ALICE, 1, holding(1, FIRST));
            world.pass(Duration.ofSeconds(1));
        }
        assertThat(world.state(1)).isInstanceOf(Cancelling.class);
        world.stopped(1, FIRST, ALICE, StopReason.CANCELLED, 7_000);
        assertThat(world.state(1)).isInstanceOf(Ended.class);
    }

    @Test
    void a_successor_knows_the_partners_and_tells_them_again() {
        alicesAndBobs();
        world.restart();
        assertThat(world.last().assignments())
                .containsExactly(new RanksAssigned(job(1), FIRST, BOB, ONE, 1, 1, 2, "alice:7400"));
        Holding held = holding(1, FIRST);
        world.beatJoint(ALICE, 1, held);
        world.beatJoint(BOB, 1, held);
        assertThat(world.engine().fleet()).allMatch(worker -> worker.gpusFree() == 0);
        assertThat(world.pass(RESEND).assignments()).isEmpty();
        assertThat(world.beatJoint(BOB, TWO, 1, Readiness.ACCEPTING, "").assignments())
                .containsExactly(stop(1, FIRST, ALICE, StopReason.SUPERSEDED));
        assertLostAt(BOB);
    }

    @Test
    void what_is_more_than_all_have_together_can_never_run_and_says_so() {
        world.beatJoint(ALICE, 1);
        world.beatJoint(BOB, 1);
        world.hear(wanting(1, 3));
        Explainer explainer = new Explainer(world.engine().snapshot());
        assertThat(explainer.explain(job(1)).orElseThrow().reason()).isEqualTo(new Reason.NeverFits(3, 1, 2));
        world.beatJoint(CAROL, ONE, 2, Readiness.DRAINING, "");
        assertThat(new Explainer(world.engine().snapshot())
                        .explain(job(1))
                        .orElseThrow()
                        .reason())
                .isEqualTo(new Reason.WorkersDraining(3, 1, 1, 2));
        Duration past = EngineSettings.STANDARD.impossibleAfter().plusSeconds(20);
        world.passUnheard(past);
        world.passUnheard(past);
        assertThat(world.state(1)).as("together with carol they have four").isInstanceOf(Queued.class);
        world.beatJoint(CAROL, ONE, 2, Readiness.GONE, "");
        world.passUnheard(Duration.ofSeconds(20));
        world.passUnheard(past);
        assertThat(world.state(1)).isInstanceOf(Finishing.class);
    }
}
