package io.deeptrain.worker.attempt;

import static io.deeptrain.worker.attempt.WorkerScript.INCARNATION;
import static io.deeptrain.worker.attempt.WorkerScript.JOB;
import static io.deeptrain.worker.attempt.WorkerScript.ME;
import static io.deeptrain.worker.attempt.WorkerScript.OTHER_JOB;
import static io.deeptrain.worker.attempt.WorkerScript.assignment;
import static io.deeptrain.worker.attempt.WorkerScript.attempt;
import static io.deeptrain.worker.attempt.WorkerScript.idleWith;
import static io.deeptrain.worker.attempt.WorkerScript.leftOfGpus;
import static io.deeptrain.worker.attempt.WorkerScript.ranks;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.worker.attempt.TrainerOrder.Prepare;
import io.deeptrain.worker.attempt.WorkerAction.Lend;
import io.deeptrain.worker.attempt.WorkerInput.GpusSeen;
import io.deeptrain.worker.attempt.WorkerInput.Heard;
import io.deeptrain.worker.attempt.WorkerInput.Tick;
import io.deeptrain.worker.gpu.GpuHealth;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A worker with several GPUs, some of which are found broken, and well again. */
class BrokenGpusTest {
    private static final WorkerInput ALL_WELL = new GpusSeen(new GpuHealth.Healthy());

    @Test
    void the_beats_say_at_once_how_many_are_left_and_when_they_are_back() {
        WorkerScript worker = idleWith(4).when(leftOfGpus(0, 1, 3));
        assertThat(worker.beats()).extracting(WorkerBeat::gpus).containsExactly(3);
        worker.when(leftOfGpus(0, 1, 2)).thenNothing().when(new Tick());
        assertThat(worker.beats()).extracting(WorkerBeat::gpus).containsExactly(3);
        worker.when(ALL_WELL);
        assertThat(worker.beats()).extracting(WorkerBeat::gpus).containsExactly(4);
    }

    @Test
    void what_runs_goes_on_and_is_held() {
        idleWith(4)
                .when(new Heard(assignment(JOB, 1, 3)))
                .when(leftOfGpus(0, 1))
                .thenOrders()
                .thenHolds(attempt(JOB, 1));
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
        WorkerInput none = new GpusSeen(new GpuHealth.Broken(List.of("nvidia-smi does not answer")));
        idleWith(2)
                .when(none)
                .thenNothing()
                .when(new Heard(assignment(JOB, 1, 2)))
                .thenOrders(new Prepare(assignment(JOB, 1, 2)));
        idleWith(2).when(leftOfGpus(1)).when(none).thenNothing();
    }
}
