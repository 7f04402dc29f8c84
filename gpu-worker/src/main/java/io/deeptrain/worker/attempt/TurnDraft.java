package io.deeptrain.worker.attempt;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.Work;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.worker.attempt.Activity.Lending;
import io.deeptrain.worker.attempt.WorkerAction.Instruct;
import io.deeptrain.worker.attempt.WorkerAction.Leave;
import io.deeptrain.worker.attempt.WorkerAction.Publish;
import io.deeptrain.worker.attempt.WorkerAction.SendBeat;
import io.deeptrain.worker.attempt.WorkerAction.TakeBack;
import io.deeptrain.worker.attempt.WorkerState.Unacknowledged;
import io.deeptrain.worker.gpu.GpuHealth;
import java.util.ArrayList;
import java.util.List;

/** One turn of a worker's rules while it is made: what the worker is after it, and what it says and orders. */
final class TurnDraft {
    /** An event that the broker has not confirmed for this long is handed over again. */
    private static final long RESEND_AFTER_MILLIS = 5_000;

    private final long nowMillis;
    private final List<WorkerAction> actions = new ArrayList<>();
    private WorkerState state;

    TurnDraft(WorkerState state, long nowMillis) {
        this.state = state;
        this.nowMillis = nowMillis;
    }

    WorkerState state() {
        return state;
    }

    long nowMillis() {
        return nowMillis;
    }

    WorkerProtocol.Turn made() {
        return new WorkerProtocol.Turn(state, actions);
    }

    void add(WorkerAction action) {
        actions.add(action);
    }

    /** Hands over again what the broker has not confirmed for too long. */
    void resend() {
        List<Unacknowledged> after = new ArrayList<>();
        for (Unacknowledged waiting : state.unacknowledged()) {
            if (nowMillis - waiting.sentAtMillis() >= RESEND_AFTER_MILLIS) {
                actions.add(new Publish(waiting.event()));
                after.add(new Unacknowledged(waiting.event(), nowMillis));
            } else {
                after.add(waiting);
            }
        }
        state = state.with(after);
    }

    void takeBack(Lending lending, List<Work> next) {
        if (!lending.ending()) {
            actions.add(new TakeBack(lending.attempt()));
        }
        become(lending.endingBefore(next));
    }

    List<AttemptEvent> stopped(AttemptId attempt, StopReason reason, long readingMillis) {
        return reason == StopReason.SUPERSEDED
                ? List.of()
                : List.of(new AttemptStopped(attempt.jobId(), attempt.token(), me(), reason, readingMillis));
    }

    void acknowledged(AttemptEvent event) {
        state = state.with(state.unacknowledged().stream()
                .filter(waiting -> !waiting.event().equals(event))
                .toList());
        leaveIfDone();
    }

    void become(Readiness readiness) {
        state = state.with(readiness);
        beat();
    }

    /** Says at once how many are left: until it is heard, the scheduler may give away what is not there. */
    void become(GpuHealth health, int gpus) {
        boolean isNews = gpus != state.gpus();
        state = state.with(health, gpus);
        if (isNews) {
            beat();
        }
    }

    void leaveIfDone() {
        if (state.readiness() == Readiness.DRAINING && state.holdings().isEmpty()) {
            state = state.with(Readiness.GONE);
            beat();
            actions.add(new Leave());
        }
    }

    void beat() {
        state = state.withBeat();
        actions.add(new SendBeat(new WorkerBeat(
                me(),
                state.identity().incarnation(),
                state.beats(),
                state.identity().gpuClass(),
                state.gpus(),
                state.readiness(),
                state.holdings(),
                state.identity().door(),
                state.identity().gpuMilli())));
    }

    void repeatLastWord(AssignmentEvent event) {
        state.endedOf(event.jobId()).stream()
                .flatMap(ended -> ended.lastWord().stream())
                .filter(word -> state.unacknowledged().stream()
                        .noneMatch(waiting -> waiting.event().equals(word)))
                .forEach(this::publish);
    }

    /** Nobody wants to hear of this attempt any more. */
    void fallSilent(AttemptId attempt) {
        state = state.with(state.unacknowledged().stream()
                .filter(waiting -> !AttemptId.of(waiting.event()).equals(attempt))
                .toList());
        leaveIfDone();
    }

    void end(AttemptId attempt, List<AttemptEvent> lastWord) {
        state = state.ending(attempt, lastWord);
        lastWord.forEach(this::publish);
    }

    void publish(AttemptEvent event) {
        actions.add(new Publish(event));
        List<Unacknowledged> waiting = new ArrayList<>(state.unacknowledged());
        waiting.add(new Unacknowledged(event, nowMillis));
        if (waiting.size() > WorkerProtocol.UNACKNOWLEDGED_MAX) {
            waiting.stream()
                    .filter(older -> older.event() instanceof CheckpointSaved)
                    .findFirst()
                    .ifPresent(waiting::remove);
        }
        state = state.with(waiting);
    }

    void order(TrainerOrder order) {
        actions.add(new Instruct(order));
    }

    void become(Activity activity) {
        state = state.with(activity);
    }

    long readingOf(Meter meter) {
        return meter.readingAt(nowMillis);
    }

    WorkerId me() {
        return state.identity().workerId();
    }
}
