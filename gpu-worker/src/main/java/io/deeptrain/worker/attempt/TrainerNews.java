package io.deeptrain.worker.attempt;

import io.deeptrain.event.AssignmentEvent.Work;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StopReason;
import io.deeptrain.worker.attempt.Activity.Busy;
import io.deeptrain.worker.attempt.Activity.Idle;
import io.deeptrain.worker.attempt.Activity.InputReading;
import io.deeptrain.worker.attempt.Activity.Lending;
import io.deeptrain.worker.attempt.Activity.Preparing;
import io.deeptrain.worker.attempt.Activity.ProgressReporting;
import io.deeptrain.worker.attempt.Activity.Running;
import io.deeptrain.worker.attempt.Activity.Stopping;
import io.deeptrain.worker.attempt.StopCause.Asked;
import io.deeptrain.worker.attempt.StopCause.GpuBroken;
import io.deeptrain.worker.attempt.TrainerOrder.Begin;
import io.deeptrain.worker.attempt.TrainerReport.Advanced;
import io.deeptrain.worker.attempt.TrainerReport.CheckpointWritten;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.attempt.TrainerReport.Placed;
import io.deeptrain.worker.attempt.TrainerReport.Prepared;
import io.deeptrain.worker.attempt.TrainerReport.Released;
import io.deeptrain.worker.attempt.WorkerAction.Publish;
import java.util.List;

/** What a worker says of an attempt when its trainer reports, and when progress has waited long enough. */
final class TrainerNews {
    /** Progress is reported no more often than this. */
    static final long PROGRESS_INTERVAL_MILLIS = 1_000;

    /** Longer than rank 0 waits for one that says nothing, and than any batch takes on a GPU. */
    static final long LETTING_GO_MAX_MILLIS = 180_000;

    private final TurnDraft turn;
    private final WorkTaking taking;
    private final Stops stops;

    TrainerNews(TurnDraft turn, WorkTaking taking, Stops stops) {
        this.turn = turn;
        this.taking = taking;
        this.stops = stops;
    }

    /** Reports the progress that was held back, and how far preparing is, if it is time to. */
    void reportDueProgress() {
        switch (turn.state().activity()) {
            case Running running
            when running.reporting().dueAt(turn.nowMillis(), PROGRESS_INTERVAL_MILLIS) -> reportHeldProgress();
            case Preparing preparing when preparing.reading().dueAt(turn.nowMillis()) -> reportReading(preparing);
            case Running _, Preparing _, Stopping _, Idle _, Lending _ -> {}
        }
    }

    private void reportReading(Preparing preparing) {
        InputReading after = preparing.reading().saidAt(turn.nowMillis());
        turn.become(preparing.withReading(after));
        AttemptId attempt = preparing.attempt();
        // Nobody need confirm it: the next one says it again.
        turn.add(new Publish(new AttemptEvent.InputsRead(
                attempt.jobId(),
                attempt.token(),
                turn.me(),
                after.reports(),
                after.said(),
                preparing.assignment().spec().inputCount())));
    }

    void trained(TrainerReport report) {
        if (!(turn.state().activity() instanceof Busy busy) || !busy.attempt().equals(report.attempt())) {
            return;
        }
        switch (report) {
            case Placed(var _, var places) -> {
                // Since it has looked, somebody else may have.
                turn.become(busy.at(places));
                stops.leaveBrokenGpus();
            }
            case TrainerReport.InputsRead(var _, long inputs) -> inputsRead(busy, inputs);
            case Prepared prepared -> prepared(busy, prepared);
            case Advanced(var _, Progress progress) -> advanced(busy, progress);
            case CheckpointWritten written -> checkpointWritten(busy, written);
            case TrainerReport.Ended end -> ended(busy, end);
        }
    }

    /**
     * A trainer that does not let go of a broken GPU hangs there, and nobody gets it out: the attempt is over without
     * it, and so is this process, which can run no other.
     */
    void giveUpWhoHangs() {
        if (turn.state().activity() instanceof Stopping stopping
                && turn.state().health().breaks(stopping.places())
                && turn.nowMillis() - stopping.toldAtMillis() >= LETTING_GO_MAX_MILLIS) {
            if (turn.state().readiness() == Readiness.ACCEPTING) {
                turn.become(Readiness.DRAINING);
            }
            ended(stopping, new Released(stopping.attempt()));
        }
    }

    private void ended(Busy busy, TrainerReport.Ended end) {
        if (!isSilenced(busy)) {
            reportHeldProgress();
        }
        List<Work> next = busy instanceof Stopping stopping ? stopping.next() : List.of();
        turn.become(new Idle());
        turn.end(busy.attempt(), lastWord(busy, end));
        next.forEach(taking::begin);
        turn.leaveIfDone();
    }

    private void inputsRead(Busy busy, long inputs) {
        if (busy instanceof Preparing preparing) {
            turn.become(preparing.withReading(preparing.reading().upTo(inputs)));
        }
    }

    private void prepared(Busy busy, Prepared prepared) {
        if (!(busy instanceof Preparing preparing)) {
            return;
        }
        AttemptId attempt = preparing.attempt();
        turn.become(new Running(
                preparing.assignment(),
                preparing.goal(),
                preparing.places(),
                new Meter.Since(turn.nowMillis()),
                ProgressReporting.NONE,
                0));
        turn.publish(new AttemptStarted(
                attempt.jobId(),
                attempt.token(),
                turn.me(),
                prepared.origin(),
                prepared.inputsRead(),
                prepared.inputsInvalid()));
        turn.order(new Begin(attempt));
    }

    private void advanced(Busy busy, Progress progress) {
        if (busy instanceof Running running) {
            turn.become(running.withReporting(running.reporting().hold(progress)));
            if (running.reporting().dueAt(turn.nowMillis(), PROGRESS_INTERVAL_MILLIS)) {
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
                turn.become(running.withCheckpoints(number));
            }
            case Stopping stopping
            when stopping.cause().savesFirst() -> {
                meter = stopping.meter();
                number = stopping.checkpoints() + 1;
                turn.become(stopping.withCheckpoints(number));
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
        turn.publish(new CheckpointSaved(
                attempt.jobId(),
                attempt.token(),
                turn.me(),
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
                switch (stopping.cause()) {
                    case Asked(var reason)
                    when end instanceof Finished finished && reason == StopReason.PREEMPTED ->
                        List.of(succeeded(finished, stopping.meter()));
                    case Asked(var reason) -> turn.stopped(attempt, reason, turn.readingOf(stopping.meter()));
                    // Whatever it did or failed with since: of all that, this is why.
                    case GpuBroken(var failure) -> List.of(failed(failure, stopping.meter()));
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
                turn.me(),
                finished.model(),
                finished.metrics(),
                finished.completion(),
                turn.readingOf(meter));
    }

    private AttemptFailed failed(Failed failed, Meter meter) {
        return new AttemptFailed(
                failed.attempt().jobId(),
                failed.attempt().token(),
                turn.me(),
                failed.fault(),
                failed.code(),
                failed.message(),
                turn.readingOf(meter));
    }

    private static Failed unasked(Released released) {
        return new Failed(
                released.attempt(), Fault.PLATFORM, "TRAINER_GAVE_UP", "the trainer stopped without being told");
    }

    private void reportHeldProgress() {
        switch (turn.state().activity()) {
            case Running running -> {
                ProgressReporting after = report(running, running.reporting(), running.meter());
                turn.become(running.withReporting(after));
            }
            case Stopping stopping -> {
                ProgressReporting after = report(stopping, stopping.reporting(), stopping.meter());
                turn.become(stopping.withReporting(after));
            }
            case Preparing _, Idle _, Lending _ -> {}
        }
    }

    private ProgressReporting report(Busy busy, ProgressReporting reporting, Meter meter) {
        ProgressReporting after = reporting;
        for (Progress progress : reporting.unreported()) {
            after = reporting.reportedAt(turn.nowMillis());
            AttemptId attempt = busy.attempt();
            turn.add(new Publish(new ProgressReported(
                    attempt.jobId(), attempt.token(), turn.me(), after.reports(), progress, turn.readingOf(meter))));
        }
        return after;
    }

    private static boolean isSilenced(Busy busy) {
        return busy instanceof Stopping stopping && stopping.cause().isSilent();
    }
}
