package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.engine.EngineScenario.holding;
import static io.deeptrain.scheduler.engine.EngineScenario.stop;
import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.SECOND;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.USER_FAULT;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Answer;
import io.deeptrain.scheduler.control.Answer.Cause;
import io.deeptrain.scheduler.control.Answer.Done;
import io.deeptrain.scheduler.control.Answer.Refused;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.explain.Explainer;
import io.deeptrain.scheduler.explain.Explanation;
import io.deeptrain.scheduler.explain.Reason;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Finishing;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.placement.Condition;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What operators order, as inputs of the engine. */
class OperatorTest {
    private static final QueueName FLOWERS = new QueueName.OfApp(ACME);
    private static final WorkerId NOBODY = new WorkerId("nobody");

    private final EngineScenario scenario = new EngineScenario();

    @Test
    void limits_count_from_the_moment_they_are_set_until_they_are_reset() {
        Done set = done(new Order.SetLimits(FLOWERS, limits(QueueLimits.STANDARD.withRunningMax(1))));
        assertThat(set).isEqualTo(new Done(Map.of(), Map.of("running-max", "1")));
        scenario.beat(ALICE, 4);
        scenario.hear(request(1));
        scenario.hear(request(2));
        assertThat(scenario.state(1)).isInstanceOf(Assigned.class);
        assertThat(scenario.state(2)).isInstanceOf(Queued.class);

        Done reset = done(new Order.ResetLimits(FLOWERS));
        assertThat(reset).isEqualTo(new Done(Map.of("running-max", "1"), Map.of()));
        assertThat(scenario.state(2)).isInstanceOf(Assigned.class);
    }

    @Test
    void a_queue_cannot_lie_in_a_group_that_is_not_there_nor_a_group_vanish_under_others() {
        QueueName acme = new QueueName.OfUser("acme");
        QueueName lab = new QueueName.OfGroup("lab");
        assertThat(order(new Order.SetLimits(acme, new Member("lab", QueueLimits.STANDARD))))
                .isEqualTo(conflict(
                        "user acme cannot belong to the group lab: a group that is there, of [] would be right"));
        assertThat(scenario.last().controls()).isEmpty();
        done(new Order.SetLimits(lab, Member.STANDARD));
        done(new Order.SetLimits(acme, new Member("lab", QueueLimits.STANDARD)));
        assertThat(order(new Order.ResetLimits(lab)))
                .isEqualTo(conflict("the group lab would be gone, and [user acme] belong to it:"
                        + " give them another group first"));
        done(new Order.ResetLimits(acme));
        done(new Order.ResetLimits(lab));
        assertThat(scenario.last().controls()).contains(Controls.NONE);
    }

    @Test
    void what_is_set_in_a_group_that_is_no_longer_configured_waits_for_its_return() {
        QueueName acme = new QueueName.OfUser("acme");
        Member inLab = new Member("lab", QueueLimits.STANDARD.withWeight(2));
        Controls controls = Controls.NONE.with(acme, inLab);
        assertThat(controls.over(QueueSettings.STANDARD)).isEqualTo(QueueSettings.STANDARD);
        QueueSettings withLab = QueueSettings.STANDARD.withGroup("lab", Member.STANDARD);
        assertThat(controls.over(withLab)).isEqualTo(withLab.withUser("acme", inLab));
    }

    @Test
    void limits_that_are_set_while_jobs_run_and_wait_know_of_both() {
        scenario.beat(ALICE, 2);
        for (int number = 1; number <= 4; number++) {
            scenario.hear(request(number, number % 2 == 0 ? ACME : BOLT, 1, UNCAPPED));
        }
        assertThat(scenario.state(1)).isInstanceOf(Assigned.class);
        assertThat(scenario.state(2)).isInstanceOf(Assigned.class);
        done(new Order.SetLimits(FLOWERS, limits(QueueLimits.STANDARD.withRunningMax(1))));
        scenario.beat(ALICE, 4, holding(1, FIRST), holding(2, FIRST));
        assertThat(scenario.state(3)).isInstanceOf(Assigned.class);
        assertThat(scenario.state(4)).as("acme's second").isInstanceOf(Queued.class);
        assertThat(scenario.engine().gpusAsked()).isEqualTo(1);
    }

    @Test
    void a_cordoned_worker_gets_no_work_keeps_what_it_has_and_says_why_others_wait() {
        scenario.beat(ALICE, 2);
        scenario.hear(request(1));
        Done cordon = done(new Order.SetCondition(ALICE, Condition.CORDONED));
        assertThat(cordon).isEqualTo(new Done(Map.of("condition", "in service"), Map.of("condition", "cordoned")));
        assertThat(scenario.last().assignments()).isEmpty();
        scenario.hear(request(2));
        scenario.beat(ALICE, 2, holding(1, FIRST));
        assertThat(scenario.state(1)).isInstanceOf(Assigned.class);
        assertThat(scenario.state(2)).isInstanceOf(Queued.class);
        assertThat(reasonOf(2)).isInstanceOf(Reason.WorkersDraining.class);

        done(new Order.SetCondition(ALICE, Condition.IN_SERVICE));
        assertThat(scenario.state(2)).isInstanceOf(Assigned.class);
        assertThat(scenario.engine().snapshot().controls()).isEqualTo(Controls.NONE);
    }

    @Test
    void a_worker_that_is_drained_is_asked_to_give_back_what_it_has() {
        run(1, ALICE, 1);
        done(new Order.SetCondition(ALICE, Condition.DRAINING));
        assertThat(scenario.last().assignments()).containsExactly(stop(1, FIRST, ALICE, StopReason.PREEMPTED));
        scenario.beat(BOB, 1);
        scenario.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 500);
        assertThat(holderOf(1)).isEqualTo(BOB);
    }

    @Test
    void a_worker_may_be_cordoned_before_it_comes() {
        done(new Order.SetCondition(ALICE, Condition.CORDONED));
        scenario.beat(ALICE, 1);
        scenario.hear(request(1));
        assertThat(scenario.state(1)).isInstanceOf(Queued.class);
    }

    @Test
    void a_held_job_waits_although_there_is_room_and_says_why() {
        scenario.hear(request(1));
        assertThat(done(new Order.Hold(job(1)))).isEqualTo(new Done(Map.of("held", "false"), Map.of("held", "true")));
        assertThat(scenario.last().changedJobs()).containsExactly(job(1));
        scenario.beat(ALICE, 1);
        scenario.hear(request(2));
        assertThat(scenario.state(1)).isInstanceOf(Queued.class);
        assertThat(scenario.state(2)).isInstanceOf(Assigned.class);
        assertThat(List.of(scenario.engine().heldCount(), scenario.engine().readyCount()))
                .containsExactly(1, 0);

        Explanation explanation = explain(1);
        assertThat(explanation.reason()).isEqualTo(new Reason.HeldByOperator());
        assertThat(explanation.reason().code()).isEqualTo("held-by-operator");
        assertThat(explanation.change().words()).isEqualTo("The operator releases it.");
        assertThat(explanation.start()).isEmpty();

        scenario.succeed(2, FIRST, ALICE, 1);
        done(new Order.Release(job(1)));
        scenario.pass(EngineScenario.RESEND);
        assertThat(scenario.engine().heldCount()).isZero();
    }

    @Test
    void a_running_job_that_is_held_makes_room_and_waits_until_it_is_released() {
        run(1, ALICE, 1);
        done(new Order.Hold(job(1)));
        assertThat(scenario.last().assignments()).containsExactly(stop(1, FIRST, ALICE, StopReason.PREEMPTED));
        scenario.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 500);
        scenario.pass(EngineScenario.RESEND);
        assertThat(scenario.state(1)).isInstanceOf(Queued.class);
        done(new Order.Release(job(1)));
        assertThat(scenario.last().assignments()).hasSize(1);
        assertThat(scenario.state(1)).isInstanceOf(Assigned.class);
    }

    @Test
    void a_held_job_can_be_cancelled() {
        scenario.hear(request(1));
        done(new Order.Hold(job(1)));
        scenario.hear(new TrainingCancelled(job(1), scenario.now()));
        assertThat(scenario.engine().heldCount()).isZero();
        assertThat(order(new Order.Release(job(1)))).isEqualTo(conflict("the job job-001 is over"));
    }

    @Test
    void a_job_of_its_own_priority_passes_others_of_its_queue_and_goes_back() {
        scenario.hear(request(1));
        scenario.hear(request(2));
        Done urgent = done(new Order.Prioritise(job(2), Optional.of(Priority.CRITICAL)));
        assertThat(urgent).isEqualTo(new Done(Map.of("priority", "that of its queue"), Map.of("priority", "CRITICAL")));
        assertThat(explain(2).position()).isEqualTo(1);
        done(new Order.Prioritise(job(2), Optional.empty()));
        assertThat(explain(2).position()).isEqualTo(2);
        done(new Order.Prioritise(job(2), Optional.of(Priority.HIGH)));
        scenario.beat(ALICE, 1);
        assertThat(scenario.state(2)).isInstanceOf(Assigned.class);
        assertThat(scenario.state(1)).isInstanceOf(Queued.class);
    }

    @Test
    void a_waiting_job_is_moved_to_a_worker_that_has_room() {
        scenario.hear(request(1));
        done(new Order.Hold(job(1)));
        scenario.beat(ALICE, 1);
        scenario.beat(BOB, 8);
        assertThat(order(new Order.Move(job(1), BOB))).isEqualTo(conflict("the job job-001 is held: release it first"));
        scenario.beat(ALICE, 1);
        done(new Order.SetCondition(ALICE, Condition.CORDONED));
        done(new Order.SetCondition(BOB, Condition.CORDONED));
        done(new Order.Release(job(1)));
        done(new Order.SetCondition(BOB, Condition.IN_SERVICE));
        assertThat(holderOf(1)).isEqualTo(BOB);
    }

    @Test
    void a_running_job_is_moved_with_its_checkpoint_and_nobody_takes_its_place() {
        run(1, ALICE, 1);
        scenario.beat(BOB, 1);
        Done move = done(new Order.Move(job(1), BOB));
        assertThat(move).isEqualTo(new Done(Map.of("worker", "alice"), Map.of("worker", "bob")));
        assertThat(scenario.last().assignments()).containsExactly(stop(1, FIRST, ALICE, StopReason.PREEMPTED));
        scenario.hear(request(2));
        assertThat(scenario.state(2)).as("the room on bob is kept").isInstanceOf(Queued.class);
        scenario.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 500);
        assertThat(holderOf(1)).isEqualTo(BOB);
        assertThat(holderOf(2)).isEqualTo(ALICE);
        assertThat(scenario.engine().job(job(1)).directives().move()).isEmpty();
    }

    @Test
    void a_move_that_cannot_be_says_why() {
        run(1, ALICE, 1);
        assertThat(order(new Order.Move(job(1), NOBODY)))
                .isEqualTo(new Refused(Cause.NOT_THERE, "there is no worker nobody"));
        scenario.beat(BOB, 1);
        scenario.hear(request(2));
        assertThat(order(new Order.Move(job(1), BOB)))
                .isEqualTo(conflict("the job job-001 needs 1 GPUs, and worker bob has 0 free of 1"));
        done(new Order.SetCondition(BOB, Condition.CORDONED));
        assertThat(order(new Order.Move(job(1), BOB))).isEqualTo(conflict("worker bob takes on no work now"));
        assertThat(order(new Order.Move(job(1), ALICE)))
                .isEqualTo(new Done(Map.of("worker", "alice"), Map.of("worker", "alice")));
        assertThat(order(new Order.Hold(job(9)))).isEqualTo(new Refused(Cause.NOT_THERE, "there is no job job-009"));
        scenario.fail(1, FIRST, ALICE, USER_FAULT, 5);
        assertThat(scenario.state(1)).isInstanceOf(Finishing.class);
        assertThat(order(new Order.Hold(job(1)))).isEqualTo(conflict("the job job-001 is finishing"));
    }

    @Test
    void a_move_is_given_up_when_its_time_is_over() {
        run(1, ALICE, 1);
        scenario.beat(BOB, 1);
        done(new Order.Move(job(1), BOB));
        for (int second = 0; second <= Operator.MOVE_MAX.toSeconds(); second++) {
            scenario.beat(ALICE, 1, holding(1, FIRST));
            scenario.beat(BOB, 1);
            scenario.report(1, FIRST, ALICE, 10 + second, 1000);
            scenario.pass(Duration.ofSeconds(1));
        }
        assertThat(scenario.engine().job(job(1)).directives().move()).isEmpty();
        scenario.hear(request(2));
        assertThat(holderOf(2)).isEqualTo(BOB);
    }

    @Test
    void a_successor_goes_on_by_what_was_ordered() {
        done(new Order.SetLimits(FLOWERS, limits(QueueLimits.STANDARD.withRunningMax(1))));
        done(new Order.SetCondition(BOB, Condition.CORDONED));
        scenario.hear(request(1));
        scenario.hear(request(2));
        scenario.hear(request(3, BOLT, 1, UNCAPPED));
        done(new Order.Hold(job(1)));
        scenario.hear(request(4));
        scenario.restart();
        scenario.beat(BOB, 8);
        assertThat(scenario.last().assignments()).isEmpty();
        scenario.beat(ALICE, 8);
        assertThat(scenario.state(1)).as("held").isInstanceOf(Queued.class);
        assertThat(scenario.state(2)).isInstanceOf(Assigned.class);
        assertThat(scenario.state(3)).isInstanceOf(Assigned.class);
        assertThat(scenario.state(4)).as("over the cap").isInstanceOf(Queued.class);
    }

    @Test
    void a_successor_goes_on_with_a_move() {
        run(1, ALICE, 1);
        scenario.beat(BOB, 1);
        done(new Order.Move(job(1), BOB));
        scenario.restart();
        scenario.beat(ALICE, 1, holding(1, FIRST));
        scenario.beat(BOB, 1);
        scenario.pass(EngineScenario.RESEND);
        assertThat(scenario.last().assignments()).contains(stop(1, FIRST, ALICE, StopReason.PREEMPTED));
        scenario.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 500);
        assertThat(holderOf(1)).isEqualTo(BOB);
        assertThat(scenario.engine().job(job(1)).state().token()).isEqualTo(SECOND);
    }

    private void run(int number, WorkerId worker, int gpus) {
        scenario.beat(worker, gpus);
        scenario.hear(request(number));
        scenario.start(number, FIRST, worker);
    }

    private Answer order(Order order) {
        return scenario.order(order);
    }

    private Done done(Order order) {
        Answer answer = order(order);
        assertThat(answer).isInstanceOf(Done.class);
        return (Done) answer;
    }

    private WorkerId holderOf(int number) {
        assertThat(scenario.state(number)).isInstanceOf(Leased.class);
        return ((Leased) scenario.state(number)).lease().holder();
    }

    private Explanation explain(int number) {
        JobId jobId = job(number);
        return new Explainer(scenario.engine().snapshot()).explain(jobId).orElseThrow();
    }

    private Reason reasonOf(int number) {
        return explain(number).reason();
    }

    private static Member limits(QueueLimits limits) {
        return new Member(Member.NO_GROUP, limits);
    }

    private static Refused conflict(String words) {
        return new Refused(Cause.CONFLICT, words);
    }
}
