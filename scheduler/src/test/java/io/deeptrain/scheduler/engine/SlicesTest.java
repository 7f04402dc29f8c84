package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.onClass;
import static io.deeptrain.scheduler.job.Jobs.onSlice;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.CostCap.AtMost;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.explain.Change.Workers;
import io.deeptrain.scheduler.explain.Edit;
import io.deeptrain.scheduler.explain.Explainer;
import io.deeptrain.scheduler.explain.Explanation;
import io.deeptrain.scheduler.explain.Proposal;
import io.deeptrain.scheduler.explain.Reason;
import io.deeptrain.scheduler.explain.WhatIf;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.placement.GpuClasses;
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

/** Jobs that run on a slice of a GPU, as MIG makes them. */
class SlicesTest {
    private static final String A100 = "NVIDIA A100";

    private EngineScenario world = new EngineScenario();
    private long beats;

    @Test
    void a_job_of_a_fraction_goes_to_the_smallest_slice_that_is_large_enough() {
        beat("a", 429);
        beat("b", 143);
        beat("c", 286);
        beatWhole("d", 1);
        world.hear(onSlice(0.25, request(1)));
        assertThat(holderOf(1)).isEqualTo("c");
        world.hear(onSlice(0.25, request(2)));
        assertThat(holderOf(2)).isEqualTo("a");
        world.hear(onSlice(0.25, request(3)));
        assertThat(world.state(3))
                .as("one slice is too small, and a GPU is whole")
                .isInstanceOf(Queued.class);
        world.hear(onSlice(0.143, request(4)));
        assertThat(holderOf(4)).isEqualTo("b");
    }

    @Test
    void a_job_of_whole_gpus_never_runs_on_a_slice() {
        beat("a", 999);
        world.hear(request(1));
        assertThat(world.state(1)).isInstanceOf(Queued.class);
        beatWhole("b", 1);
        assertThat(holderOf(1)).isEqualTo("b");
    }

    @Test
    void a_slice_of_another_class_does_not_do() {
        beat("a", 500);
        world.hear(onClass("NVIDIA H200", onSlice(0.5, request(1))));
        assertThat(world.state(1)).isInstanceOf(Queued.class);
        world.hear(onClass(A100, onSlice(0.5, request(2))));
        assertThat(holderOf(2)).isEqualTo("a");
    }

    @Test
    void slices_count_in_quotas_as_the_part_of_a_gpu_that_was_asked_for() {
        QueueSettings queues = QueueSettings.STANDARD.withTenant(
                ACME, QueueLimits.STANDARD.withQuota(Shape.ANY_CLASS, new Quota(0, 1, 0)));
        world = new EngineScenario(EngineSettings.STANDARD.withQueues(queues));
        for (int number = 1; number <= 6; number++) {
            beat("w" + number, 286);
            world.hear(onSlice(0.25, request(number)));
        }
        assertThat(world.state(4)).isInstanceOf(Leased.class);
        assertThat(world.state(5)).isInstanceOf(Queued.class);
        assertThat(explanation(5).reason().code()).isEqualTo("quota-reached");
        world.start(1, FIRST, new WorkerId("w1"));
        world.succeed(1, FIRST, new WorkerId("w1"), 1);
        assertThat(world.state(5)).isInstanceOf(Leased.class);
        assertThat(world.state(6)).isInstanceOf(Queued.class);
    }

    @Test
    void who_holds_less_of_gpus_goes_first() {
        beat("a", 200);
        beat("b", 500);
        world.hear(onSlice(0.5, request(1, ACME, 1, UNCAPPED)));
        world.hear(onSlice(0.2, request(2, BOLT, 1, UNCAPPED)));
        world.hear(onSlice(0.2, request(3, ACME, 1, UNCAPPED)));
        world.hear(onSlice(0.2, request(4, BOLT, 1, UNCAPPED)));
        beat("c", 200);
        assertThat(holderOf(4)).isEqualTo("c");
        assertThat(world.state(3)).isInstanceOf(Queued.class);
    }

    @Test
    void room_is_made_on_a_slice_by_who_runs_on_it() {
        QueueSettings queues =
                QueueSettings.STANDARD.withTenant(BOLT, QueueLimits.STANDARD.withPriority(Priority.CRITICAL));
        world = new EngineScenario(EngineSettings.STANDARD.withQueues(queues));
        beatWhole("a", 1);
        beat("b", 500);
        world.hear(request(1));
        world.hear(onSlice(0.3, request(2)));
        world.start(1, FIRST, new WorkerId("a"));
        world.start(2, FIRST, new WorkerId("b"));
        world.passUnheard(Duration.ofMinutes(2));
        world.hear(onSlice(0.5, request(3, BOLT, 1, UNCAPPED)));
        assertThat(world.pass(Duration.ofSeconds(2)).assignments())
                .filteredOn(AttemptStopRequested.class::isInstance)
                .extracting(stop -> ((AttemptStopRequested) stop).jobId())
                .containsExactly(job(2));
    }

    @Test
    void beside_an_overdue_job_of_a_slice_others_start_on_whole_gpus() {
        Patience impatient = new Patience(
                Duration.ofMillis(1), Duration.ofHours(1), Duration.ofHours(1), Duration.ZERO, Duration.ofMinutes(1));
        world = new EngineScenario(EngineSettings.STANDARD
                .withQueues(QueueSettings.STANDARD.withPatience(impatient))
                .withPreemption(Preemption.NEVER));
        beatWhole("a", 1);
        beat("b", 500);
        world.hear(onSlice(0.5, request(1)));
        world.hear(onSlice(0.5, request(2)));
        world.passUnheard(Duration.ofMinutes(5));
        world.hear(request(3));
        world.pass(Duration.ofSeconds(1));
        assertThat(world.state(2)).isInstanceOf(Queued.class);
        assertThat(holderOf(3)).isEqualTo("a");
    }

    @Test
    void the_history_says_what_was_asked_for() {
        assertThat(((JobQueued) world.hear(onSlice(0.25, request(1))).history().getFirst()).gpuMilli())
                .contains(250);
        assertThat(((JobQueued) world.hear(request(2)).history().getFirst()).gpuMilli())
                .isEmpty();
    }

    @Test
    void a_cap_pays_for_so_much_longer_as_the_slice_is_smaller() {
        beat("a", 250);
        world.hear(onSlice(0.25, request(1, ACME, 1, new AtMost(1))));
        world.start(1, FIRST, new WorkerId("a"));
        // One cent pays for 9 s of a GPU at 400 cents an hour.
        assertThat(world.report(1, FIRST, new WorkerId("a"), 1, 35_999).assignments())
                .isEmpty();
        assertThat(world.report(1, FIRST, new WorkerId("a"), 2, 36_000).assignments())
                .containsExactly(EngineScenario.stop(1, FIRST, new WorkerId("a"), StopReason.BUDGET_REACHED));
    }

    @Test
    void why_it_waits_is_said_of_slices() {
        beatWhole("a", 8);
        beat("b", 286);
        world.hear(onSlice(0.25, request(1)));
        world.hear(onSlice(0.25, request(2)));
        Explanation explanation = explanation(2);
        assertThat(explanation.reason()).isEqualTo(new Reason.AllGpusBusy(1, 0, 1, 1));
        assertThat(explanation.words()).startsWith("It runs on slices of at least 0.25 GPUs of any class only. ");
        assertThat(explanation.change().workers())
                .isEqualTo(List.of(new Workers(1, 1, new GpuKind(GpuClasses.ANY, 250))));
        assertThat(explanation.change().words()).isEqualTo("1 worker more with a slice of 0.25 GPUs.");
    }

    @Test
    void what_would_be_if_a_slice_was_asked_for_and_one_came() {
        Proposal proposal = new Proposal(ACME, 1, Optional.empty(), 250, Optional.empty(), Duration.ofMinutes(10));
        assertThat(startsNow(new WhatIf(Optional.of(proposal), List.of(new Edit.Join(1, 1)))))
                .isFalse();
        assertThat(startsNow(new WhatIf(Optional.of(proposal), List.of(new Edit.Join(1, 1, A100, 200)))))
                .isFalse();
        assertThat(startsNow(new WhatIf(Optional.of(proposal), List.of(new Edit.Join(1, 1, A100, 286)))))
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

    private String holderOf(int job) {
        return world.state(job) instanceof Leased leased
                ? leased.lease().holder().value()
                : "nobody";
    }

    private void beat(String worker, int gpuMilli) {
        beat(worker, 1, Optional.of(gpuMilli));
    }

    private void beatWhole(String worker, int gpus) {
        beat(worker, gpus, Optional.empty());
    }

    private void beat(String worker, int gpus, Optional<Integer> gpuMilli) {
        beats++;
        world.hear(new WorkerBeat(
                new WorkerId(worker),
                new IncarnationId("one"),
                beats,
                A100,
                gpus,
                Readiness.ACCEPTING,
                List.of(),
                Optional.empty(),
                gpuMilli));
    }
}
