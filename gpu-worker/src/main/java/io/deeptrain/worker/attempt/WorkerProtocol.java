package io.deeptrain.worker.attempt;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.AssignmentEvent.Work;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.worker.attempt.Activity.Busy;
import io.deeptrain.worker.attempt.Activity.Idle;
import io.deeptrain.worker.attempt.Activity.Lending;
import io.deeptrain.worker.attempt.Activity.Preparing;
import io.deeptrain.worker.attempt.Activity.ProgressReporting;
import io.deeptrain.worker.attempt.Activity.Running;
import io.deeptrain.worker.attempt.Activity.Stopping;
import io.deeptrain.worker.attempt.TrainerOrder.Begin;
import io.deeptrain.worker.attempt.TrainerOrder.FinishEarly;
import io.deeptrain.worker.attempt.TrainerOrder.Prepare;
import io.deeptrain.worker.attempt.TrainerOrder.SaveAndStop;
import io.deeptrain.worker.attempt.TrainerOrder.StopNow;
import io.deeptrain.worker.attempt.TrainerReport.Advanced;
import io.deeptrain.worker.attempt.TrainerReport.CheckpointWritten;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.attempt.TrainerReport.Prepared;
import io.deeptrain.worker.attempt.TrainerReport.Released;
import io.deeptrain.worker.attempt.WorkerAction.Instruct;
import io.deeptrain.worker.attempt.WorkerAction.Leave;
import io.deeptrain.worker.attempt.WorkerAction.Lend;
import io.deeptrain.worker.attempt.WorkerAction.Publish;
import io.deeptrain.worker.attempt.WorkerAction.SendBeat;
import io.deeptrain.worker.attempt.WorkerAction.TakeBack;
import io.deeptrain.worker.attempt.WorkerInput.Acknowledged;
import io.deeptrain.worker.attempt.WorkerInput.DrainRequested;
import io.deeptrain.worker.attempt.WorkerInput.GivenBack;
import io.deeptrain.worker.attempt.WorkerInput.Heard;
import io.deeptrain.worker.attempt.WorkerInput.Tick;
import io.deeptrain.worker.attempt.WorkerInput.Trained;
import io.deeptrain.worker.attempt.WorkerState.Ended;
import io.deeptrain.worker.attempt.WorkerState.Unacknowledged;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The rules of a worker: what it hears, what its trainer reports and the passing of time go in; what it says and what
 * it orders its trainer come out. It never stops training for lack of contact, only when told to.
 *
 * <p>It runs one attempt at a time. The scheduler gives it no more than that, so an assignment that comes while another
 * attempt is under way means that the scheduler counts the latter as over: it is stopped in silence. The same holds for
 * the ranks of an attempt that another worker leads.
 *
 * <p>See {@link Activity} for the states.
 */
public final class WorkerProtocol {
    /** Progress is reported no more often than this. */
    static final long PROGRESS_INTERVAL_MILLIS = 1_000;

    /** An event that the broker has not confirmed for this long is handed over again. */
    static final long RESEND_AFTER_MILLIS = 5_000;

    /** Beyond this many, the oldest news of a checkpoint is given up: a newer one says more. */
    static final int UNACKNOWLEDGED_MAX = 1_000;

    /** What one input led to. */
    public record Turn(WorkerState state, List<WorkerAction> actions) {
        public Turn {
            actions = List.copyOf(actions);
        }
    }

    private final long nowMillis;
    private final List<WorkerAction> actions = new ArrayList<>();
    private WorkerState state;

    private WorkerProtocol(WorkerState state, long nowMillis) {
        this.state = state;
        this.nowMillis = nowMillis;
    }

    public static WorkerState start(WorkerIdentity identity) {
        return WorkerState.started(identity);
    }

    /**
     * Folds one input.
     *
     * @param monotonicMillis the worker's monotonic clock, from any beginning; it never goes back
     */
    public static Turn apply(WorkerState state, WorkerInput input, long monotonicMillis) {
        WorkerProtocol turn = new WorkerProtocol(state, monotonicMillis);
        switch (input) {
            case Heard(AssignmentEvent event) -> turn.heard(event);
            case Trained(TrainerReport report) -> turn.trained(report);
            case GivenBack(AttemptId attempt) -> turn.givenBack(attempt);
            case Acknowledged(AttemptEvent event) -> turn.acknowledged(event);
            case Tick() -> turn.tick();
            case DrainRequested() -> turn.drain();
        }
        return new Turn(turn.state, turn.actions);
    }

    private void heard(AssignmentEvent event) {
        if (!event.workerId().equals(me())
                || !event.incarnation().equals(state.identity().incarnation())) {
            return;
        }
        AttemptId attempt = AttemptId.of(event);
        List<Ended> ended = state.endedOf(attempt.jobId()).stream().toList();
        if (ended.stream().anyMatch(last -> last.token().compareTo(attempt.token()) > 0)) {
            return;
        }
        boolean over = ended.stream().anyMatch(last -> last.token().equals(attempt.token()));
        switch (event) {
            case AttemptAssigned assigned when over -> repeatLastWord(assigned);
            case RanksAssigned _ when over -> {}
            case Work work -> assigned(work);
            case AttemptStopRequested stop when over && stop.reason() == StopReason.SUPERSEDED -> fallSilent(attempt);
            case AttemptStopRequested stop when over -> repeatLastWord(stop);
            case AttemptStopRequested stop -> stopRequested(stop);
        }
    }

    private void assigned(Work work) {
        switch (state.activity()) {
            case Idle() -> begin(work);
            case Busy busy when isKnown(busy, AttemptId.of(work)) -> {}
            case Stopping stopping -> {
                stopping.next().forEach(next -> end(AttemptId.of(next), List.of()));
                become(withNext(stopping, List.of(work)));
            }
            case Busy busy -> {
                order(new StopNow(busy.attempt()));
                become(withNext(stopping(busy, StopReason.SUPERSEDED), List.of(work)));
            }
            case Lending lending when isKnown(lending, AttemptId.of(work)) -> {}
            case Lending lending -> {
                lending.next().forEach(next -> end(AttemptId.of(next), List.of()));
                takeBack(lending, List.of(work));
            }
        }
    }

    /** Whether this attempt, or a newer one at the same job, is already in hand. */
    private static boolean isKnown(Activity activity, AttemptId attempt) {
        List<AttemptId> inHand = switch (activity) {
            case Idle() -> List.of();
            case Stopping stopping -> withNext(stopping.attempt(), stopping.next());
            case Busy busy -> List.of(busy.attempt());
            case Lending lending -> withNext(lending.attempt(), lending.next());
        };
        return inHand.stream()
                .anyMatch(known ->
                        known.jobId().equals(attempt.jobId()) && known.token().compareTo(attempt.token()) >= 0);
    }

    private static List<AttemptId> withNext(AttemptId attempt, List<Work> next) {
        return Stream.concat(Stream.of(attempt), next.stream().map(AttemptId::of))
                .toList();
    }

    private void begin(Work work) {
        switch (work) {
            case AttemptAssigned assigned -> prepare(assigned);
            case RanksAssigned ranks -> lend(ranks);
        }
    }

    /** Whoever cannot lends nothing: the beats do not list the attempt, which tells the scheduler. */
    private void lend(RanksAssigned ranks) {
        if (state.readiness() != Readiness.ACCEPTING
                || ranks.gpus() > state.identity().gpus()) {
            end(AttemptId.of(ranks), List.of());
        } else {
            become(new Lending(ranks, false, List.of()));
            actions.add(new Lend(ranks));
            beat();
        }
    }

    private void takeBack(Lending lending, List<Work> next) {
        if (!lending.ending()) {
            actions.add(new TakeBack(lending.attempt()));
        }
        become(new Lending(lending.ranks(), true, next));
    }

    private void givenBack(AttemptId attempt) {
        if (state.activity() instanceof Lending lending && lending.attempt().equals(attempt)) {
            become(new Idle());
            end(attempt, List.of());
            lending.next().forEach(this::begin);
            beat();
            leaveIfDone();
        }
    }

    private void prepare(AttemptAssigned assigned) {
        AttemptId attempt = AttemptId.of(assigned);
        if (state.readiness() != Readiness.ACCEPTING) {
            end(attempt, List.of(new AttemptStopped(attempt.jobId(), attempt.token(), me(), StopReason.PREEMPTED, 0)));
        } else if (assigned.gpusHere() > state.identity().gpus()) {
            end(
                    attempt,
                    List.of(new AttemptFailed(
                            attempt.jobId(),
                            attempt.token(),
                            me(),
                            Fault.CAPACITY,
                            "TOO_FEW_GPUS",
                            "the attempt needs %d GPUs and this worker has %d"
                                    .formatted(
                                            assigned.gpusHere(),
                                            state.identity().gpus()),
                            0)));
        } else {
            become(new Preparing(assigned, Completion.ALL_EPOCHS));
            order(new Prepare(assigned));
        }
    }

    private void stopRequested(AttemptStopRequested stop) {
        AttemptId attempt = AttemptId.of(stop);
        switch (state.activity()) {
            case Busy busy when busy.attempt().equals(attempt) -> stop(busy, stop.reason());
            case Stopping stopping
            when stopping.next().stream().map(AttemptId::of).anyMatch(attempt::equals) -> {
                // One that keeps the model comes again when there is something to keep: the attempt stays next.
                if (!stop.reason().keepsModel()) {
                    become(withNext(stopping, List.of()));
                    refuse(attempt, stop.reason());
                }
            }
            case Busy busy when isKnown(busy, attempt) -> {}
            case Lending lending
            when lending.attempt().equals(attempt) -> {
                if (!stop.reason().keepsModel()) {
                    takeBack(lending, lending.next());
                }
            }
            case Lending lending
            when lending.next().stream().map(AttemptId::of).anyMatch(attempt::equals) -> {
                if (!stop.reason().keepsModel()) {
                    become(new Lending(lending.ranks(), lending.ending(), List.of()));
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
            end(attempt, stopped(attempt, reason, 0));
        }
    }

    private void stop(Busy busy, StopReason reason) {
        switch (busy) {
            case Preparing preparing
            when reason.keepsModel() -> {
                if (preparing.goal() == Completion.ALL_EPOCHS) {
                    become(new Preparing(preparing.assignment(), completion(reason)));
                }
            }
            case Running running
            when reason.keepsModel() -> {
                if (running.goal() == Completion.ALL_EPOCHS) {
                    become(withGoal(running, completion(reason)));
                    order(new FinishEarly(running.attempt(), completion(reason)));
                }
            }
            case Preparing preparing -> {
                become(stopping(preparing, reason));
                order(new StopNow(preparing.attempt()));
            }
            case Running running -> {
                become(stopping(running, reason));
                order(
                        reason == StopReason.PREEMPTED
                                ? new SaveAndStop(running.attempt())
                                : new StopNow(running.attempt()));
            }
            case Stopping stopping
            when strength(reason) > strength(stopping.reason()) -> {
                become(stopping(stopping, reason));
                if (stopping.reason() == StopReason.PREEMPTED) {
                    order(new StopNow(stopping.attempt()));
                }
            }
            case Stopping _ -> {}
        }
        if (reason == StopReason.SUPERSEDED) {
            fallSilent(busy.attempt());
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

    private void trained(TrainerReport report) {
        if (!(state.activity() instanceof Busy busy) || !busy.attempt().equals(report.attempt())) {
            return;
        }
        switch (report) {
            case Prepared prepared -> prepared(busy, prepared);
            case Advanced(var _, Progress progress) -> advanced(busy, progress);
            case CheckpointWritten written -> checkpointWritten(busy, written);
            case TrainerReport.Ended end -> {
                AttemptId attempt = busy.attempt();
                if (!isSilenced(busy)) {
                    reportHeldProgress();
                }
                List<Work> next = busy instanceof Stopping stopping ? stopping.next() : List.of();
                become(new Idle());
                end(attempt, lastWord(busy, end));
                next.forEach(this::begin);
                leaveIfDone();
            }
        }
    }

    private void prepared(Busy busy, Prepared prepared) {
        if (!(busy instanceof Preparing preparing)) {
            return;
        }
        AttemptId attempt = preparing.attempt();
        become(new Running(
                preparing.assignment(), preparing.goal(), new Meter.Since(nowMillis), ProgressReporting.NONE, 0));
        publish(new AttemptStarted(
                attempt.jobId(),
                attempt.token(),
                me(),
                prepared.origin(),
                prepared.inputsRead(),
                prepared.inputsInvalid()));
        order(new Begin(attempt));
        if (preparing.goal() != Completion.ALL_EPOCHS) {
            order(new FinishEarly(attempt, preparing.goal()));
        }
    }

    private void advanced(Busy busy, Progress progress) {
        if (busy instanceof Running running) {
            become(withReporting(running, running.reporting().hold(progress)));
            if (running.reporting().dueAt(nowMillis, PROGRESS_INTERVAL_MILLIS)) {
                reportHeldProgress();
            }
        }
    }

    private void checkpointWritten(Busy busy, CheckpointWritten written) {
        Meter meter;
        int number;
        switch (busy) {
            case Running running -> {
                meter = running.meter();
                number = running.checkpoints() + 1;
                become(new Running(running.assignment(), running.goal(), running.meter(), running.reporting(), number));
            }
            case Stopping stopping
            when stopping.reason() == StopReason.PREEMPTED -> {
                meter = stopping.meter();
                number = stopping.checkpoints() + 1;
                become(new Stopping(
                        stopping.assignment(),
                        stopping.reason(),
                        stopping.meter(),
                        stopping.reporting(),
                        number,
                        stopping.next()));
            }
            case Stopping _ -> {
                return;
            }
            case Preparing _ -> {
                return;
            }
        }
        reportHeldProgress();
        AttemptId attempt = busy.attempt();
        publish(new CheckpointSaved(
                attempt.jobId(),
                attempt.token(),
                me(),
                new Checkpoint(
                        attempt.token(),
                        number,
                        written.epoch(),
                        written.step(),
                        meter.readingAt(written.takenAtMillis()),
                        written.object())));
    }

    private List<AttemptEvent> lastWord(Busy busy, TrainerReport.Ended end) {
        AttemptId attempt = busy.attempt();
        return switch (busy) {
            case Stopping stopping ->
                switch (end) {
                    case Finished finished
                    when stopping.reason() == StopReason.PREEMPTED -> List.of(succeeded(finished, stopping.meter()));
                    case Finished _ -> stopped(attempt, stopping.reason(), readingOf(stopping.meter()));
                    case Failed _ -> stopped(attempt, stopping.reason(), readingOf(stopping.meter()));
                    case Released _ -> stopped(attempt, stopping.reason(), readingOf(stopping.meter()));
                };
            case Running running ->
                switch (end) {
                    case Finished finished -> List.of(succeeded(finished, running.meter()));
                    case Failed failed -> List.of(failed(failed, running.meter()));
                    case Released released -> List.of(failed(unasked(released), running.meter()));
                };
            case Preparing _ ->
                switch (end) {
                    case Finished finished -> List.of(succeeded(finished, new Meter.NotStarted()));
                    case Failed failed -> List.of(failed(failed, new Meter.NotStarted()));
                    case Released released -> List.of(failed(unasked(released), new Meter.NotStarted()));
                };
        };
    }

    private AttemptSucceeded succeeded(Finished finished, Meter meter) {
        return new AttemptSucceeded(
                finished.attempt().jobId(),
                finished.attempt().token(),
                me(),
                finished.model(),
                finished.metrics(),
                finished.completion(),
                readingOf(meter));
    }

    private AttemptFailed failed(Failed failed, Meter meter) {
        return new AttemptFailed(
                failed.attempt().jobId(),
                failed.attempt().token(),
                me(),
                failed.fault(),
                failed.code(),
                failed.message(),
                readingOf(meter));
    }

    private static Failed unasked(Released released) {
        return new Failed(
                released.attempt(), Fault.PLATFORM, "TRAINER_GAVE_UP", "the trainer stopped without being told");
    }

    private List<AttemptEvent> stopped(AttemptId attempt, StopReason reason, long readingMillis) {
        return reason == StopReason.SUPERSEDED
                ? List.of()
                : List.of(new AttemptStopped(attempt.jobId(), attempt.token(), me(), reason, readingMillis));
    }

    private void acknowledged(AttemptEvent event) {
        state = state.with(state.unacknowledged().stream()
                .filter(waiting -> !waiting.event().equals(event))
                .toList());
        leaveIfDone();
    }

    private void tick() {
        if (state.activity() instanceof Running running
                && running.reporting().dueAt(nowMillis, PROGRESS_INTERVAL_MILLIS)) {
            reportHeldProgress();
        }
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
        beat();
    }

    private void drain() {
        if (state.readiness() != Readiness.ACCEPTING) {
            return;
        }
        state = state.with(Readiness.DRAINING);
        beat();
        if (state.activity() instanceof Busy busy) {
            stop(busy, StopReason.PREEMPTED);
        }
        leaveIfDone();
    }

    private void leaveIfDone() {
        if (state.readiness() == Readiness.DRAINING && state.holdings().isEmpty()) {
            state = state.with(Readiness.GONE);
            beat();
            actions.add(new Leave());
        }
    }

    private void beat() {
        state = state.withBeat();
        actions.add(new SendBeat(new WorkerBeat(
                me(),
                state.identity().incarnation(),
                state.beats(),
                state.identity().gpuClass(),
                state.identity().gpus(),
                state.readiness(),
                state.holdings(),
                state.identity().door())));
    }

    private void reportHeldProgress() {
        switch (state.activity()) {
            case Running running -> {
                ProgressReporting after = report(running, running.reporting(), running.meter());
                become(withReporting(running, after));
            }
            case Stopping stopping -> {
                ProgressReporting after = report(stopping, stopping.reporting(), stopping.meter());
                become(new Stopping(
                        stopping.assignment(),
                        stopping.reason(),
                        stopping.meter(),
                        after,
                        stopping.checkpoints(),
                        stopping.next()));
            }
            case Preparing _, Idle _, Lending _ -> {}
        }
    }

    private ProgressReporting report(Busy busy, ProgressReporting reporting, Meter meter) {
        ProgressReporting after = reporting;
        for (Progress progress : reporting.unreported()) {
            after = reporting.reportedAt(nowMillis);
            AttemptId attempt = busy.attempt();
            actions.add(new Publish(new ProgressReported(
                    attempt.jobId(), attempt.token(), me(), after.reports(), progress, readingOf(meter))));
        }
        return after;
    }

    private static boolean isSilenced(Busy busy) {
        return busy instanceof Stopping stopping && stopping.reason() == StopReason.SUPERSEDED;
    }

    private void repeatLastWord(AssignmentEvent event) {
        state.endedOf(event.jobId()).stream()
                .flatMap(ended -> ended.lastWord().stream())
                .filter(word -> state.unacknowledged().stream()
                        .noneMatch(waiting -> waiting.event().equals(word)))
                .forEach(this::publish);
    }

    /** Nobody wants to hear of this attempt any more. */
    private void fallSilent(AttemptId attempt) {
        state = state.with(state.unacknowledged().stream()
                .filter(waiting -> !AttemptId.of(waiting.event()).equals(attempt))
                .toList());
        leaveIfDone();
    }

    private void end(AttemptId attempt, List<AttemptEvent> lastWord) {
        state = state.ending(attempt, lastWord);
        lastWord.forEach(this::publish);
    }

    private void publish(AttemptEvent event) {
        actions.add(new Publish(event));
        List<Unacknowledged> waiting = new ArrayList<>(state.unacknowledged());
        waiting.add(new Unacknowledged(event, nowMillis));
        if (waiting.size() > UNACKNOWLEDGED_MAX) {
            waiting.stream()
                    .filter(older -> older.event() instanceof CheckpointSaved)
                    .findFirst()
                    .ifPresent(waiting::remove);
        }
        state = state.with(waiting);
    }

    private void order(TrainerOrder order) {
        actions.add(new Instruct(order));
    }

    private void become(Activity activity) {
        state = state.with(activity);
    }

    private long readingOf(Meter meter) {
        return meter.readingAt(nowMillis);
    }

    private WorkerId me() {
        return state.identity().workerId();
    }

    private static Stopping stopping(Busy busy, StopReason reason) {
        return switch (busy) {
            case Preparing preparing ->
                new Stopping(
                        preparing.assignment(), reason, new Meter.NotStarted(), ProgressReporting.NONE, 0, List.of());
            case Running running ->
                new Stopping(
                        running.assignment(),
                        reason,
                        running.meter(),
                        running.reporting(),
                        running.checkpoints(),
                        List.of());
            case Stopping stopping ->
                new Stopping(
                        stopping.assignment(),
                        reason,
                        stopping.meter(),
                        stopping.reporting(),
                        stopping.checkpoints(),
                        stopping.next());
        };
    }

    private static Stopping withNext(Stopping stopping, List<Work> next) {
        return new Stopping(
                stopping.assignment(),
                stopping.reason(),
                stopping.meter(),
                stopping.reporting(),
                stopping.checkpoints(),
                next);
    }

    private static Running withGoal(Running running, Completion goal) {
        return new Running(running.assignment(), goal, running.meter(), running.reporting(), running.checkpoints());
    }

    private static Running withReporting(Running running, ProgressReporting reporting) {
        return new Running(running.assignment(), running.goal(), running.meter(), reporting, running.checkpoints());
    }
}
