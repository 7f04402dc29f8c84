package io.deeptrain.cli.screen;

import io.deeptrain.cli.port.EventStream;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.InputsRead;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.ChargeEvent.ChargeDivided;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.ChargeUpdated;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent.SchedulerPulsed;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobCancelling;
import io.deeptrain.event.JobEvent.JobCheckpointed;
import io.deeptrain.event.JobEvent.JobFailed;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.Origin;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingBudgetReached;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** An event in one line: when, which number, which type, and what it says in a few words. */
public final class EventLine {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
    private static final String PREFIX = "io.deeptrain.";

    private EventLine() {}

    public static String of(EventStream.Known read, ZoneId zone) {
        String type = read.type().startsWith(PREFIX) ? read.type().substring(PREFIX.length()) : read.type();
        return "%s  %3d  %-28s %s"
                .formatted(TIME.format(read.time().atZone(zone)), read.sequence(), type, phrase(read.event()));
    }

    private static String phrase(Event event) {
        return switch (event) {
            case TrainingRequested requested ->
                "train %s with %s on %s"
                        .formatted(
                                requested.modelId().value(),
                                requested.spec().template(),
                                Words.count(requested.spec().inputCount(), "input"));
            case TrainingStopRequested _ -> "the tenant ends the training and keeps what there is";
            case TrainingBudgetReached _ -> "a budget is used up; what there is is kept";
            case TrainingCancelled _ -> "the version was deleted";
            case JobSealed _ -> "no cancel came before the end";
            case AttemptAssigned assigned -> "run attempt %s".formatted(assigned.attempt());
            case RanksAssigned ranks ->
                "run %s of %d of attempt %s"
                        .formatted(Words.count(ranks.gpus(), "rank"), ranks.ranks(), ranks.attempt());
            case AttemptStopRequested stop -> "stop attempt %s: %s".formatted(stop.attempt(), word(stop.reason()));
            case InputsRead read -> "%d of %s read".formatted(read.inputsRead(), Words.count(read.inputs(), "input"));
            case AttemptStarted started -> "the meter runs; " + origin(started.origin());
            case ProgressReported reported ->
                String.format(
                        Locale.ROOT,
                        "step %d of %d, loss %.3f, %s on the meter",
                        reported.progress().step(),
                        reported.progress().steps(),
                        reported.progress().loss(),
                        Words.reading(reported.readingMillis()));
            case CheckpointSaved saved -> checkpoint(saved.checkpoint());
            case AttemptSucceeded succeeded -> "done, %s".formatted(metrics(succeeded.metrics()));
            case AttemptFailed failed -> "%s (%s)".formatted(failed.message(), word(failed.fault()));
            case AttemptStopped stopped -> "stopped: %s".formatted(word(stopped.reason()));
            case WorkerBeat beat -> "%s, %s".formatted(word(beat.readiness()), Words.count(beat.gpus(), "GPU"));
            case SchedulerPulsed _ -> "hears itself";
            case JobQueued queued ->
                "waits for a worker, %s, %s".formatted(Words.count(queued.gpus(), "GPU"), Words.rate(queued.rate()));
            case JobAssigned assigned ->
                "attempt %s goes to %s"
                        .formatted(assigned.attempt(), assigned.workerId().value());
            case JobStarted started -> "the meter runs; " + origin(started.origin());
            case JobCheckpointed checkpointed -> checkpoint(checkpointed.checkpoint());
            case JobRequeued requeued -> "waits again: %s (%s)".formatted(word(requeued.cause()), requeued.detail());
            case JobCancelling cancelling -> "cancelled; attempt %s is stopped".formatted(cancelling.attempt());
            case JobFinishing finishing ->
                "the meter stopped at %s".formatted(Words.reading(finishing.readingMillis()));
            case JobSucceeded succeeded -> "trained, %s".formatted(metrics(succeeded.metrics()));
            case JobFailed failed -> "%s (%s)".formatted(failed.message(), word(failed.fault()));
            case JobCancelled cancelled ->
                "ended with %s on the meter".formatted(Words.reading(cancelled.readingMillis()));
            case ChargeUpdated updated -> "so far " + cost(updated.statement());
            case ChargePosted posted -> "in the ledger: " + cost(posted.statement());
            case ChargeDivided divided ->
                divided.parts().stream()
                        .map(part -> "%s: %d cents".formatted(part.month(), part.amountCents()))
                        .collect(Collectors.joining(", "));
        };
    }

    private static String origin(Origin origin) {
        return switch (origin) {
            case Origin.Scratch() -> "from scratch";
            case Origin.Resumed(var checkpoint) ->
                "resumed at epoch %d, step %d".formatted(checkpoint.epoch(), checkpoint.step());
        };
    }

    private static String checkpoint(Checkpoint checkpoint) {
        return "checkpoint at epoch %d, step %d".formatted(checkpoint.epoch(), checkpoint.step());
    }

    private static String metrics(Map<String, Double> metrics) {
        return metrics.entrySet().stream()
                .map(metric ->
                        String.format(Locale.ROOT, "%s %.3f", metric.getKey().replace('_', ' '), metric.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String cost(Statement statement) {
        return "%s for %d s"
                .formatted(
                        Words.amount(statement.amountCents(), statement.rate().currency()), statement.billedSeconds());
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
