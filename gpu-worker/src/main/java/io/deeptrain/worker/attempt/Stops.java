package io.deeptrain.worker.attempt;

import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.Completion;
import io.deeptrain.event.StopReason;
import io.deeptrain.worker.attempt.Activity.Busy;
import io.deeptrain.worker.attempt.Activity.Idle;
import io.deeptrain.worker.attempt.Activity.Lending;
import io.deeptrain.worker.attempt.Activity.Preparing;
import io.deeptrain.worker.attempt.Activity.Running;
import io.deeptrain.worker.attempt.Activity.Stopping;
import io.deeptrain.worker.attempt.TrainerOrder.FinishEarly;
import io.deeptrain.worker.attempt.TrainerOrder.SaveAndStop;
import io.deeptrain.worker.attempt.TrainerOrder.StopNow;
import java.util.List;

/** What a worker does when an attempt is to stop: which reasons keep a model, and which overrule which. */
final class Stops {
    private final TurnDraft turn;

    Stops(TurnDraft turn) {
        this.turn = turn;
    }

    void requested(AttemptStopRequested stop) {
        AttemptId attempt = AttemptId.of(stop);
        switch (turn.state().activity()) {
            case Busy busy when busy.attempt().equals(attempt) -> stop(busy, stop.reason());
            case Stopping stopping
            when stopping.next().stream().map(AttemptId::of).anyMatch(attempt::equals) -> {
                // One that keeps the model comes again when there is something to keep: the attempt stays next.
                if (!stop.reason().keepsModel()) {
                    turn.become(stopping.withNext(List.of()));
                    refuse(attempt, stop.reason());
                }
            }
            case Busy busy when busy.isKnown(attempt) -> {}
            case Lending lending
            when lending.attempt().equals(attempt) -> {
                if (!stop.reason().keepsModel()) {
                    turn.takeBack(lending, lending.next());
                }
            }
            case Lending lending
            when lending.next().stream().map(AttemptId::of).anyMatch(attempt::equals) -> {
                if (!stop.reason().keepsModel()) {
                    turn.become(new Lending(lending.ranks(), lending.ending(), List.of()));
                    refuse(attempt, stop.reason());
                }
            }
            case Lending _ -> refuse(attempt, stop.reason());
            case Idle() -> refuse(attempt, stop.reason());
            case Busy _ -> refuse(attempt, stop.reason());
        }
    }

    /**
     * Answers a stop of an attempt that never got as far as the trainer, so that its assignment starts nothing should
     * it still come. A stop that keeps the model is left until there is one: both are sent again.
     */
    private void refuse(AttemptId attempt, StopReason reason) {
        if (!reason.keepsModel()) {
            turn.end(attempt, turn.stopped(attempt, reason, 0));
        }
    }

    void stop(Busy busy, StopReason reason) {
        switch (busy) {
            case Preparing preparing
            when reason.keepsModel() -> {
                if (preparing.goal() == Completion.ALL_EPOCHS) {
                    turn.become(new Preparing(preparing.assignment(), completion(reason)));
                }
            }
            case Running running
            when reason.keepsModel() -> {
                if (running.goal() == Completion.ALL_EPOCHS) {
                    turn.become(running.withGoal(completion(reason)));
                    turn.order(new FinishEarly(running.attempt(), completion(reason)));
                }
            }
            case Preparing preparing -> {
                turn.become(preparing.stopping(reason));
                turn.order(new StopNow(preparing.attempt()));
            }
            case Running running -> {
                turn.become(running.stopping(reason));
                turn.order(
                        reason == StopReason.PREEMPTED
                                ? new SaveAndStop(running.attempt())
                                : new StopNow(running.attempt()));
            }
            case Stopping stopping
            when strength(reason) > strength(stopping.reason()) -> {
                turn.become(stopping.stopping(reason));
                if (stopping.reason() == StopReason.PREEMPTED) {
                    turn.order(new StopNow(stopping.attempt()));
                }
            }
            case Stopping _ -> {}
        }
        if (reason == StopReason.SUPERSEDED) {
            turn.fallSilent(busy.attempt());
        }
    }

    private static int strength(StopReason reason) {
        return switch (reason) {
            case STOP_AND_KEEP_BEST, BUDGET_REACHED, RUN_TIME_REACHED -> 0;
            case PREEMPTED -> 1;
            case CANCELLED -> 2;
            case SUPERSEDED -> 3;
        };
    }

    private static Completion completion(StopReason reason) {
        return switch (reason) {
            case STOP_AND_KEEP_BEST -> Completion.STOPPED_BY_TENANT;
            case BUDGET_REACHED -> Completion.BUDGET_REACHED;
            case RUN_TIME_REACHED -> Completion.RUN_TIME_REACHED;
            case CANCELLED, SUPERSEDED, PREEMPTED -> throw new IllegalArgumentException("keeps no model: " + reason);
        };
    }
}
