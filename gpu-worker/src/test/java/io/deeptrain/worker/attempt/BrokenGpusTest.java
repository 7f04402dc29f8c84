package io.deeptrain.worker.attempt;

import static io.deeptrain.worker.attempt.TrainerNews.LETTING_GO_MAX_MILLIS;
import static io.deeptrain.worker.attempt.WorkerScript.INCARNATION;
import static io.deeptrain.worker.attempt.WorkerScript.JOB;
import static io.deeptrain.worker.attempt.WorkerScript.ME;
import static io.deeptrain.worker.attempt.WorkerScript.MODEL;
import static io.deeptrain.worker.attempt.WorkerScript.OTHER_JOB;
import static io.deeptrain.worker.attempt.WorkerScript.assignment;
import static io.deeptrain.worker.attempt.WorkerScript.attempt;
import static io.deeptrain.worker.attempt.WorkerScript.checkpointWritten;
import static io.deeptrain.worker.attempt.WorkerScript.finished;
import static io.deeptrain.worker.attempt.WorkerScript.idleWith;
import static io.deeptrain.worker.attempt.WorkerScript.leftOfGpus;
import static io.deeptrain.worker.attempt.WorkerScript.prepared;
import static io.deeptrain.worker.attempt.WorkerScript.ranks;
import static io.deeptrain.worker.attempt.WorkerScript.released;
import static io.deeptrain.worker.attempt.WorkerScript.stopRequested;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.StopReason;
import io.deeptrain.worker.attempt.TrainerOrder.Prepare;
import io.deeptrain.worker.attempt.TrainerOrder.SaveAndStop;
import io.deeptrain.worker.attempt.TrainerOrder.StopNow;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.attempt.TrainerReport.Placed;
import io.deeptrain.worker.attempt.WorkerAction.Leave;
import io.deeptrain.worker.attempt.WorkerAction.Lend;
import io.deeptrain.worker.attempt.WorkerAction.TakeBack;
import io.deeptrain.worker.attempt.WorkerInput.DrainRequested;
import io.deeptrain.worker.attempt.WorkerInput.GivenBack;
import io.deeptrain.worker.attempt.WorkerInput.GpusSeen;
import io.deeptrain.worker.attempt.WorkerInput.Heard;
import io.deeptrain.worker.attempt.WorkerInput.Tick;
import io.deeptrain.worker.attempt.WorkerInput.Trained;
import io.deeptrain.worker.gpu.GpuHealth;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A worker with several GPUs, some of which are found broken, and well again. */
class BrokenGpusTest {
    private static final WorkerInput ALL_WELL = new GpusSeen(new GpuHealth.Healthy());
    private static final WorkerInput UNKNOWN =
            new GpusSeen(new GpuHealth.Unknown(List.of("nvidia-smi does not answer")));
    private static final AttemptId FIRST = attempt(JOB, 1);

    @Test
    void the_beats_say_at_once_how_many_are_left_and_when_they_are_back() {
        WorkerScript worker = idleWith(4).when(leftOfGpus(0, 1, 3));
        assertThat(worker.beats()).extracting(WorkerBeat::gpus).containsExactly(3);
        worker.when(leftOfGpus(0, 1, 2)).thenNothing().when(new Tick());
        assertThat(worker.beats()).extracting(WorkerBeat::gpus).containsExactly(3);
        worker.when(ALL_WELL);
        assertThat(worker.beats()).extracting(WorkerBeat::gpus).containsExactly(4);
    }

    /** An attempt that has run for a second on these of four GPUs. */
    private static WorkerScript runningAt(Integer... places) {
        return preparingAt(places).when(prepared()).acknowledgeAll().after(1_000);
    }

    private static WorkerScript preparingAt(Integer... places) {
        return idleWith(4)
                .when(new Heard(assignment(JOB, 1, places.length)))
                .when(new Trained(new Placed(FIRST, List.of(places))));
    }

    private static AttemptFailed broken(Fault fault, String reason, long readingMillis) {
        return new AttemptFailed(JOB, new FencingToken(1), ME, fault, "GPU_BROKEN", reason, readingMillis);
    }

    @Test
    void what_uses_a_broken_gpu_ends_at_once_and_has_failed_for_that() {
        runningAt(1, 2)
                .when(leftOfGpus(0, 1, 3))
                .thenOrders(new StopNow(FIRST))
                .thenHolds(FIRST)
                .when(leftOfGpus(0, 3))
                .thenOrders()
                .after(1_000)
                .when(released())
                .thenPublished(broken(Fault.CAPACITY, "too hot", 2_000))
                .thenHolds(FIRST)
                .acknowledgeAll()
                .thenHolds();
    }

    @Test
    void what_uses_others_goes_on() {
        runningAt(0, 1)
                .when(leftOfGpus(0, 1, 3))
                .thenOrders()
                .when(checkpointWritten(5, 50_500))
                .thenPublished(new CheckpointSaved(
                        JOB, new FencingToken(1), ME, new Checkpoint(new FencingToken(1), 1, 1, 5, 500, MODEL)))
                .thenHolds(FIRST);
        runningAt(0, 1).when(leftOfGpus(0, 1)).thenOrders().thenHolds(FIRST);
    }

    @Test
    void nothing_is_kept_of_what_a_broken_gpu_has_computed() {
        runningAt(0)
                .when(leftOfGpus(1))
                .when(checkpointWritten(7, 50_500))
                .thenPublished()
                .when(finished())
                .thenPublished(broken(Fault.CAPACITY, "too hot", 1_000));
        runningAt(0)
                .when(checkpointWritten(5, 50_500))
                .acknowledgeAll()
                .when(leftOfGpus(1))
                .when(new Trained(new Failed(FIRST, Fault.USER, "LOSS_NOT_FINITE", "a learning rate below 1 may help")))
                .thenPublished(broken(Fault.CAPACITY, "too hot", 1_000));
    }

    @Test
    void what_prepares_ends_too_also_if_the_gpu_broke_before_it_was_known_which_it_is() {
        preparingAt(0)
                .when(leftOfGpus(1))
                .thenOrders(new StopNow(FIRST))
                .when(prepared())
                .thenNothing()
                .when(released())
                .thenPublished(broken(Fault.CAPACITY, "too hot", 0));
        idleWith(4)
                .when(new Heard(assignment(JOB, 1)))
                .when(leftOfGpus(1))
                .thenOrders()
                .when(new Trained(new Placed(FIRST, List.of(0))))
                .thenOrders(new StopNow(FIRST));
    }

    @Test
    void who_has_none_left_is_to_blame_and_where_nobody_can_tell_which_is_broken_what_runs_goes_on() {
        GpuHealth all = new GpuHealth.Broken(List.of("off the bus"));
        runningAt(0)
                .when(new GpusSeen(all))
                .thenOrders(new StopNow(FIRST))
                .when(released())
                .thenPublished(broken(Fault.PLATFORM, "off the bus", 1_000));
        runningAt(0).when(UNKNOWN).thenNothing().thenHolds(FIRST);
    }

    @Test
    void a_gpu_that_is_back_before_the_trainer_has_let_go_saves_nothing() {
        runningAt(0)
                .when(leftOfGpus(1))
                .when(ALL_WELL)
                .when(checkpointWritten(7, 50_500))
                .thenPublished()
                .when(released())
                .thenPublished(broken(Fault.CAPACITY, "too hot", 1_000));
    }

    @Test
    void what_is_saved_to_make_room_is_saved_no_more_and_the_trainer_is_told() {
        runningAt(0)
                .when(stopRequested(JOB, 1, StopReason.PREEMPTED))
                .thenOrders(new SaveAndStop(FIRST))
                .when(leftOfGpus(1))
                .thenOrders(new StopNow(FIRST))
                .when(checkpointWritten(7, 50_500))
                .thenPublished()
                .when(released())
                .thenPublished(broken(Fault.CAPACITY, "too hot", 1_000));
        runningAt(0)
                .when(leftOfGpus(1))
                .when(stopRequested(JOB, 1, StopReason.PREEMPTED))
                .thenNothing()
                .when(released())
                .thenPublished(broken(Fault.CAPACITY, "too hot", 1_000));
    }

    @Test
    void a_model_that_is_to_be_kept_is_not_made_on_a_broken_gpu() {
        runningAt(0)
                .when(stopRequested(JOB, 1, StopReason.STOP_AND_KEEP_BEST))
                .when(leftOfGpus(1))
                .thenOrders(new StopNow(FIRST))
                .when(finished())
                .thenPublished(broken(Fault.CAPACITY, "too hot", 1_000));
        runningAt(0)
                .when(leftOfGpus(1))
                .when(stopRequested(JOB, 1, StopReason.BUDGET_REACHED))
                .thenNothing();
    }

    @Test
    void a_cancel_stays_a_cancel_whichever_came_first() {
        AttemptStopped cancelled = new AttemptStopped(JOB, new FencingToken(1), ME, StopReason.CANCELLED, 1_000);
        runningAt(0)
                .when(leftOfGpus(1))
                .when(stopRequested(JOB, 1, StopReason.CANCELLED))
                .thenNothing()
                .when(released())
                .thenPublished(cancelled);
        runningAt(0)
                .when(stopRequested(JOB, 1, StopReason.CANCELLED))
                .when(leftOfGpus(1))
                .thenOrders()
                .when(released())
                .thenPublished(cancelled);
        runningAt(0)
                .when(leftOfGpus(1))
                .when(stopRequested(JOB, 1, StopReason.SUPERSEDED))
                .when(released())
                .thenPublished();
    }

    @Test
    void a_worker_that_is_about_to_go_says_that_its_gpu_broke_and_goes() {
        WorkerScript worker = runningAt(0).when(new DrainRequested()).when(leftOfGpus(1));
        worker.when(released()).thenPublished(broken(Fault.CAPACITY, "too hot", 1_000));
        worker.acknowledgeAll();
        assertThat(worker.actions()).endsWith(new Leave());
    }

    @Test
    void the_next_attempt_is_prepared_when_the_trainer_has_let_go() {
        runningAt(0)
                .when(leftOfGpus(1))
                .when(new Heard(assignment(OTHER_JOB, 1)))
                .thenOrders()
                .when(released())
                .thenPublished(broken(Fault.CAPACITY, "too hot", 1_000))
                .thenOrders(new Prepare(assignment(OTHER_JOB, 1)));
    }

    @Test
    void who_does_not_let_go_of_a_broken_gpu_is_given_up_and_the_process_ends() {
        WorkerScript worker = runningAt(0).when(leftOfGpus(1)).after(LETTING_GO_MAX_MILLIS - 1);
        worker.when(new Tick()).thenPublished();
        worker.after(1)
                .when(new Tick())
                .thenPublished(broken(Fault.CAPACITY, "too hot", 1_000 + LETTING_GO_MAX_MILLIS));
        assertThat(worker.beats())
                .extracting(WorkerBeat::readiness)
                .containsExactly(Readiness.DRAINING, Readiness.DRAINING);
        worker.when(new Heard(assignment(OTHER_JOB, 1)))
                .thenPublished(new AttemptStopped(OTHER_JOB, new FencingToken(1), ME, StopReason.PREEMPTED, 0))
                .acknowledgeAll();
        assertThat(worker.actions()).endsWith(new Leave());
        worker.when(released()).thenNothing();
    }

    @Test
    void who_hangs_there_is_given_up_whatever_it_was_told_and_whoever_waits_for_it_goes_elsewhere() {
        AttemptStopped cancelled =
                new AttemptStopped(JOB, new FencingToken(1), ME, StopReason.CANCELLED, 1_000 + LETTING_GO_MAX_MILLIS);
        runningAt(0)
                .when(leftOfGpus(1))
                .when(stopRequested(JOB, 1, StopReason.CANCELLED))
                .after(LETTING_GO_MAX_MILLIS)
                .when(new Tick())
                .thenPublished(cancelled);
        WorkerScript silenced = runningAt(0).when(leftOfGpus(1)).when(new Heard(assignment(OTHER_JOB, 1)));
        silenced.when(stopRequested(JOB, 1, StopReason.SUPERSEDED))
                .after(LETTING_GO_MAX_MILLIS)
                .when(new Tick())
                .thenPublished(new AttemptStopped(OTHER_JOB, new FencingToken(1), ME, StopReason.PREEMPTED, 0))
                .thenOrders();
        runningAt(0)
                .when(stopRequested(JOB, 1, StopReason.CANCELLED))
                .after(LETTING_GO_MAX_MILLIS)
                .when(new Tick())
                .thenPublished()
                .thenHolds(FIRST);
    }

    @Test
    void lent_ranks_on_a_broken_gpu_are_taken_back_once_and_others_go_on() {
        WorkerScript worker = idleWith(2).when(leftOfGpus(1)).when(new Heard(ranks(JOB, 1)));
        assertThat(worker.actions()).contains(new Lend(ranks(JOB, 1), List.of(1)));
        worker.when(ALL_WELL);
        assertThat(worker.actions()).noneMatch(TakeBack.class::isInstance);
        worker.when(leftOfGpus(1));
        assertThat(worker.actions()).noneMatch(TakeBack.class::isInstance);
        worker.when(leftOfGpus(0));
        assertThat(worker.actions()).containsExactly(new TakeBack(FIRST));
        worker.when(new GpusSeen(new GpuHealth.Broken(List.of("off the bus")))).thenNothing();
        worker.when(new GivenBack(FIRST)).thenHolds();
    }

    @Test
    void what_was_given_away_before_the_beat_was_heard_goes_back() {
        idleWith(4)
                .when(leftOfGpus(0, 1, 3))
                .when(new Heard(assignment(JOB, 1, 4)))
                .thenPublished(new AttemptFailed(
                        JOB,
                        new FencingToken(1),
                        ME,
                        Fault.CAPACITY,
                        "TOO_FEW_GPUS",
                        "the attempt needs 4 GPUs and this worker has 3",
                        0))
                .when(new Heard(assignment(OTHER_JOB, 1, 3)))
                .thenOrders(new Prepare(assignment(OTHER_JOB, 1, 3)));
        RanksAssigned four = new RanksAssigned(JOB, new FencingToken(1), ME, INCARNATION, 1, 4, 5, "gpu-7:7400");
        assertThat(idleWith(4).when(leftOfGpus(0, 1, 3)).when(new Heard(four)).actions())
                .noneMatch(Lend.class::isInstance);
        assertThat(idleWith(2)
                        .when(leftOfGpus(1))
                        .when(new Heard(ranks(JOB, 1)))
                        .actions())
                .anyMatch(Lend.class::isInstance);
    }

    @Test
    void a_worker_with_none_left_offers_what_it_did_so_that_its_failures_take_it_out_of_service() {
        idleWith(2)
                .when(UNKNOWN)
                .thenNothing()
                .when(new Heard(assignment(JOB, 1, 2)))
                .thenOrders(new Prepare(assignment(JOB, 1, 2)));
        idleWith(2).when(leftOfGpus(1)).when(UNKNOWN).thenNothing();
    }
}
