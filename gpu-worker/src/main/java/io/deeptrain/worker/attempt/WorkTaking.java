package io.deeptrain.worker.attempt;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.AssignmentEvent.Work;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.StopReason;
import io.deeptrain.worker.attempt.Activity.Busy;
import io.deeptrain.worker.attempt.Activity.Idle;
import io.deeptrain.worker.attempt.Activity.InputReading;
import io.deeptrain.worker.attempt.Activity.Lending;
import io.deeptrain.worker.attempt.Activity.Preparing;
import io.deeptrain.worker.attempt.Activity.Stopping;
import io.deeptrain.worker.attempt.TrainerOrder.Prepare;
import io.deeptrain.worker.attempt.TrainerOrder.StopNow;
import io.deeptrain.worker.attempt.WorkerAction.Lend;
import java.util.List;

/** What a worker does when work is assigned to it, and when it has its devices back. */
final class WorkTaking {
    private final TurnDraft turn;

    WorkTaking(TurnDraft turn) {
        this.turn = turn;
    }

    void assigned(Work work) {
        switch (turn.state().activity()) {
            case Idle() -> begin(work);
            case Busy busy when busy.isKnown(AttemptId.of(work)) -> {}
            case Stopping stopping -> {
                stopping.next().forEach(next -> turn.end(AttemptId.of(next), List.of()));
                turn.become(stopping.withNext(List.of(work)));
            }
            case Busy busy -> {
                turn.order(new StopNow(busy.attempt()));
                turn.become(busy.stopping(new StopCause.Asked(StopReason.SUPERSEDED), turn.nowMillis())
                        .withNext(List.of(work)));
            }
            case Lending lending when lending.isKnown(AttemptId.of(work)) -> {}
            case Lending lending -> {
                lending.next().forEach(next -> turn.end(AttemptId.of(next), List.of()));
                turn.takeBack(lending, List.of(work));
            }
        }
    }

    void begin(Work work) {
        switch (work) {
            case AttemptAssigned assigned -> prepare(assigned);
            case RanksAssigned ranks -> lend(ranks);
        }
    }

    /** Whoever cannot lends nothing: the beats do not list the attempt, which tells the scheduler. */
    private void lend(RanksAssigned ranks) {
        List<Integer> places = turn.state().placesFor(ranks.gpus());
        if (turn.state().readiness() != Readiness.ACCEPTING || places.size() < ranks.gpus()) {
            turn.end(AttemptId.of(ranks), List.of());
        } else {
            turn.become(new Lending(ranks, places, false, List.of()));
            turn.add(new Lend(ranks, places));
            turn.beat();
        }
    }

    void givenBack(AttemptId attempt) {
        if (turn.state().activity() instanceof Lending lending
                && lending.attempt().equals(attempt)) {
            turn.become(new Idle());
            turn.end(attempt, List.of());
            lending.next().forEach(this::begin);
            turn.beat();
            turn.leaveIfDone();
        }
    }

    private void prepare(AttemptAssigned assigned) {
        AttemptId attempt = AttemptId.of(assigned);
        if (turn.state().readiness() != Readiness.ACCEPTING) {
            turn.end(
                    attempt,
                    List.of(new AttemptStopped(attempt.jobId(), attempt.token(), turn.me(), StopReason.PREEMPTED, 0)));
        } else if (assigned.gpusHere() > turn.state().gpus()) {
            turn.end(
                    attempt,
                    List.of(new AttemptFailed(
                            attempt.jobId(),
                            attempt.token(),
                            turn.me(),
                            Fault.CAPACITY,
                            "TOO_FEW_GPUS",
                            "the attempt needs %d GPUs and this worker has %d"
                                    .formatted(assigned.gpusHere(), turn.state().gpus()),
                            0)));
        } else {
            turn.become(new Preparing(assigned, Completion.ALL_EPOCHS, List.of(), InputReading.NONE));
            turn.order(new Prepare(assigned));
        }
    }
}
