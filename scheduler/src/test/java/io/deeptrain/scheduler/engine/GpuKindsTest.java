package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.elastic;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.onClass;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FleetEvent.GangDoor;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.Span.Partner;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Answer.Cause;
import io.deeptrain.scheduler.control.Answer.Refused;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.explain.Change.Workers;
import io.deeptrain.scheduler.explain.Edit;
import io.deeptrain.scheduler.explain.Explainer;
import io.deeptrain.scheduler.explain.Explanation;
import io.deeptrain.scheduler.explain.Proposal;
import io.deeptrain.scheduler.explain.Reason;
import io.deeptrain.scheduler.explain.WhatIf;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.JobState.Finishing;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.placement.GpuKind;
import io.deeptrain.scheduler.queue.Patience;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.Quota;
import io.deeptrain.scheduler.queue.Shape;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Jobs that do not run on every worker. */
class GpuKindsTest {
    private static final String BIG = "NVIDIA H200";
    private static final String SMALL = "NVIDIA L4";
    private static final IncarnationId ONE = new IncarnationId("one");

    private EngineScenario world = new EngineScenario();
    private long beats;

    @Test
    void a_job_of_a_class_runs_only_on_gpus_of_that_class() {
        beat("a", SMALL, 8);
        world.hear(onClass(BIG, request(1)));
        assertThat(world.state(1)).isInstanceOf(Queued.class);
        beat("b", BIG, 1);
        assertThat(holderOf(1)).isEqualTo("b");
    }

    @Test
    void a_job_of_any_class_runs_on_whatever_fits_best() {
        beat("a", BIG, 8);
        beat("b", SMALL, 2);
        world.hear(request(1, ACME, 2, UNCAPPED));
        assertThat(holderOf(1)).isEqualTo("b");
        world.hear(request(2, ACME, 2, UNCAPPED));
        assertThat(holderOf(2)).isEqualTo("a");
    }

    @Test
    void a_job_that_waits_for_its_class_lets_others_pass() {
        beat("a", SMALL, 1);
        world.hear(onClass(BIG, request(1)));
        world.hear(onClass(SMALL, request(2)));
        assertThat(world.state(1)).isInstanceOf(Queued.class);
        assertThat(holderOf(2)).isEqualTo("a");
    }

    @Test
    void an_overdue_job_of_a_class_that_nobody_has_keeps_nobody_waiting() {
        Patience impatient = new Patience(
                Duration.ofMillis(1), Duration.ofHours(1), Duration.ofHours(1), Duration.ZERO, Duration.ofMinutes(1));
        world = new EngineScenario(EngineSettings.STANDARD.withQueues(QueueSettings.STANDARD.withPatience(impatient)));
        beat("a", SMALL, 1);
        world.hear(onClass(BIG, request(1)));
        world.pass(Duration.ofMinutes(5));
        beat("a", SMALL, 1);
        world.hear(request(2));
        assertThat(holderOf(2)).isEqualTo("a");
    }

    @Test
    void beside_an_overdue_job_of_a_class_others_start_on_another_one() {
        Patience impatient = new Patience(
                Duration.ofMillis(1), Duration.ofHours(1), Duration.ofHours(1), Duration.ZERO, Duration.ofMinutes(1));
        world = new EngineScenario(EngineSettings.STANDARD
                .withQueues(QueueSettings.STANDARD.withPatience(impatient))
                .withPreemption(Preemption.NEVER));
        beat("a", SMALL, 1);
        beat("b", BIG, 1);
        world.hear(onClass(BIG, request(1)));
        world.hear(onClass(BIG, request(2)));
        world.passUnheard(Duration.ofMinutes(5));
        world.hear(onClass(SMALL, request(3)));
        world.hear(request(4));
        world.pass(Duration.ofSeconds(1));
        assertThat(world.state(2)).isInstanceOf(Queued.class);
        assertThat(holderOf(3)).isEqualTo("a");
        assertThat(world.state(4)).isInstanceOf(Queued.class);
    }

    @Test
    void a_class_that_nobody_has_for_too_long_fails_the_job_and_no_other() {
        world = new EngineScenario(EngineSettings.STANDARD.withImpossibleAfter(Duration.ofMinutes(30)));
        beat("a", SMALL, 1);
        world.hear(onClass(BIG, request(1)));
        world.hear(onClass(SMALL, request(2)));
        world.hear(onClass(SMALL, request(3)));
        passWithBeats("a", SMALL, 1, Duration.ofMinutes(29));
        assertThat(world.state(1)).isInstanceOf(Queued.class);
        passWithBeats("a", SMALL, 1, Duration.ofMinutes(2));
        assertThat(((Finishing) world.state(1)).outcome())
                .isEqualTo(
                        new Failed(
                                Fault.CAPACITY,
                                "NO_WORKER_LARGE_ENOUGH",
                                "It needs 1 GPUs of class NVIDIA H200, and for PT30M no worker with such GPUs has had more than 0."));
        assertThat(world.state(3)).isInstanceOf(Queued.class);
    }

    @Test
    void gpus_of_every_class_count_alike_in_quotas() {
        QueueSettings queues = QueueSettings.STANDARD.withTenant(
                ACME, QueueLimits.STANDARD.withQuota(Shape.ANY_CLASS, new Quota(0, 3, 0)));
        world = new EngineScenario(EngineSettings.STANDARD.withQueues(queues));
        beat("a", SMALL, 8);
        beat("b", BIG, 8);
        world.hear(request(1, ACME, 2, UNCAPPED));
        world.hear(onClass(BIG, request(2, ACME, 2, UNCAPPED)));
        assertThat(world.state(2)).isInstanceOf(Queued.class);
        world.hear(onClass(BIG, request(3)));
        assertThat(holderOf(3)).isEqualTo("b");
    }

    @Test
    void room_is_made_on_workers_of_the_class_only() {
        QueueSettings queues =
                QueueSettings.STANDARD.withTenant(BOLT, QueueLimits.STANDARD.withPriority(Priority.CRITICAL));
        world = new EngineScenario(EngineSettings.STANDARD.withQueues(queues));
        beat("a", SMALL, 1);
        beat("b", BIG, 1);
        world.hear(onClass(SMALL, request(1)));
        world.hear(onClass(BIG, request(2)));
        start(1, "a");
        start(2, "b");
        world.passUnheard(Duration.ofMinutes(2));
        world.hear(onClass(BIG, request(3, BOLT, 1, UNCAPPED)));
        assertThat(world.pass(Duration.ofSeconds(2)).assignments())
                .filteredOn(AttemptStopRequested.class::isInstance)
                .extracting(stop -> ((AttemptStopRequested) stop).jobId())
                .containsExactly(job(2));
    }

    @Test
    void an_attempt_over_several_workers_has_gpus_of_the_class_that_was_asked_for() {
        beatJoint("a", SMALL, 2);
        beatJoint("b", SMALL, 2);
        beatJoint("c", BIG, 1);
        world.hear(onClass(BIG, request(1, ACME, 2, UNCAPPED)));
        assertThat(world.state(1)).isInstanceOf(Queued.class);
        beatJoint("d", BIG, 1);
        Leased leased = (Leased) world.state(1);
        assertThat(leased.lease().members())
                .extracting(Partner::workerId)
                .extracting(WorkerId::value)
                .containsExactly("c", "d");
    }

    @Test
    void an_elastic_job_grows_only_on_gpus_of_its_class() {
        beat("a", SMALL, 8);
        beat("b", BIG, 2);
        world.hear(onClass(BIG, elastic(1, ACME, 1, 4)));
        Leased leased = (Leased) world.state(1);
        assertThat(leased.lease().holder().value()).isEqualTo("b");
        assertThat(leased.lease().gpus()).isEqualTo(2);
    }

    @Test
    void an_operator_cannot_move_a_job_to_another_class() {
        beat("a", SMALL, 1);
        beat("b", BIG, 1);
        world.hear(onClass(BIG, request(1)));
        assertThat(world.order(new Order.Move(job(1), new WorkerId("a"))))
                .isEqualTo(new Refused(
                        Cause.CONFLICT,
                        "the job job-001 runs on GPUs of class NVIDIA H200, and worker a has GPUs of class NVIDIA L4"));
    }

    @Test
    void why_it_waits_is_said_of_its_class() {
        beat("a", SMALL, 8);
        beat("b", BIG, 2);
        world.hear(onClass(BIG, request(1, ACME, 2, UNCAPPED)));
        world.hear(onClass(BIG, request(2, ACME, 2, UNCAPPED)));
        Explanation explanation = explanation(2);
        assertThat(explanation.reason()).isEqualTo(new Reason.AllGpusBusy(2, 0, 2, 2));
        assertThat(explanation.words())
                .isEqualTo(
                        "It runs on GPUs of class NVIDIA H200 only. "
                                + "It is next. 2 of 2 GPUs are in use, and the most that is free on one worker is 0; the job needs 2.");
        assertThat(explanation.change().workers()).isEqualTo(List.of(new Workers(1, 2, GpuKind.of(BIG))));
        assertThat(explanation.change().words()).isEqualTo("1 worker more with 2 GPUs of class NVIDIA H200.");
    }

    @Test
    void of_a_class_that_nobody_has_no_worker_is_there() {
        beat("a", SMALL, 8);
        world.hear(onClass(BIG, request(1)));
        assertThat(explanation(1).reason()).isEqualTo(new Reason.NoWorker());
        assertThat(explanation(1).words()).isEqualTo("It runs on GPUs of class NVIDIA H200 only. No worker is there.");
    }

    @Test
    void what_would_be_if_a_job_of_a_class_was_asked_for_and_workers_of_it_came() {
        beat("a", SMALL, 8);
        Proposal proposal = new Proposal(ACME, 2, Optional.of(BIG), 1000, Optional.empty(), Duration.ofMinutes(10));
        assertThat(startsNow(new WhatIf(Optional.of(proposal), List.of()))).isFalse();
        assertThat(startsNow(new WhatIf(Optional.of(proposal), List.of(new Edit.Join(1, 2)))))
                .isFalse();
        assertThat(startsNow(new WhatIf(Optional.of(proposal), List.of(new Edit.Join(1, 2, BIG, 1000)))))
                .isTrue();
    }

    private boolean startsNow(WhatIf whatIf) {
        return whatIf.in(new Explainer(world.engine().snapshot()).asIs())
                .waiting()
                .isEmpty();
    }

    private Explanation explanation(int job) {
        return new Explainer(world.engine().snapshot()).explain(job(job)).orElseThrow();
    }

    private void start(int job, String worker) {
        world.start(job, FIRST, new WorkerId(worker));
    }

    private String holderOf(int job) {
        return world.state(job) instanceof Leased leased
                ? leased.lease().holder().value()
                : "nobody";
    }

    private void passWithBeats(String worker, String gpuClass, int gpus, Duration time) {
        for (long minute = 0; minute < time.toMinutes(); minute++) {
            world.passUnheard(Duration.ofMinutes(1));
            beat(worker, gpuClass, gpus);
        }
    }

    private void beat(String worker, String gpuClass, int gpus) {
        beats++;
        world.hear(new WorkerBeat(new WorkerId(worker), ONE, beats, gpuClass, gpus, Readiness.ACCEPTING, List.of()));
    }

    private void beatJoint(String worker, String gpuClass, int gpus) {
        beats++;
        world.hear(new WorkerBeat(
                new WorkerId(worker),
                ONE,
                beats,
                gpuClass,
                gpus,
                Readiness.ACCEPTING,
                List.of(),
                Optional.of(new GangDoor(worker + ":7400", "", ""))));
    }
}
