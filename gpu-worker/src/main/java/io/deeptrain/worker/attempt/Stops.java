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
import io.deeptrain.worker.attempt.StopCause.Asked;
import io.deeptrain.worker.attempt.StopCause.GpuBroken;
import io.deeptrain.worker.attempt.TrainerOrder.FinishEarly;
import io.deeptrain.worker.attempt.TrainerOrder.SaveAndStop;
import io.deeptrain.worker.attempt.TrainerOrder.StopNow;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.gpu.GpuHealth;
import java.util.List;

/** What a worker does when an attempt is to stop, or has to: which reasons keep a model, and which overrule which. */
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
                    turn.become(lending.withNext(List.of()));
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
        if (reason.keepsModel()) {
            finishEarly(busy, completion(reason));
        } else {
            end(busy, new Asked(reason));
        }
    }

    /** Ends what uses a GPU that is known to be broken. Whatever else runs goes on. */
    void leaveBrokenGpus() {
        GpuHealth health = turn.state().health();
        switch (turn.state().activity()) {
            case Busy busy
            when health.breaks(busy.places()) -> end(busy, new GpuBroken(Failed.gpuBroken(busy.attempt(), health, "")));
            case Lending lending when health.breaks(lending.places()) -> turn.takeBack(lending, lending.next());
            case Idle _, Busy _, Lending _ -> {}
        }
    }

    private void finishEarly(Busy busy, Completion completion) {
        switch (busy) {
            case Preparing preparing -> {
                if (preparing.goal() == Completion.ALL_EPOCHS) {
                    turn.become(preparing.withGoal(completion));
                    turn.order(new FinishEarly(preparing.attempt(), completion));
                }
            }
            case Running running -> {
                if (running.goal() == Completion.ALL_EPOCHS) {
                    turn.become(running.withGoal(completion));
                    turn.order(new FinishEarly(running.attempt(), completion));
                }
            }
            case Stopping _ -> {}
        }
    }

    private void end(Busy busy, StopCause cause) {
        switch (busy) {
            case Preparing preparing -> {
                turn.become(preparing.stopping(cause, turn.nowMillis()));
                turn.order(new StopNow(preparing.attempt()));
            }
            case Running running -> {
                turn.become(running.stopping(cause, turn.nowMillis()));
                turn.order(cause.savesFirst() ? new SaveAndStop(running.attempt()) : new StopNow(running.attempt()));
            }
            case Stopping stopping
            when cause.isStrongerThan(stopping.cause()) -> {
                turn.become(stopping.stopping(cause, turn.nowMillis()));
                if (stopping.cause().savesFirst()) {
                    turn.order(new StopNow(stopping.attempt()));
                }
            }
            case Stopping _ -> {}
        }
        if (cause.isSilent()) {
            turn.fallSilent(busy.attempt());
        }
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
