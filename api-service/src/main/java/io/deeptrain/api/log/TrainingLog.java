package io.deeptrain.api.log;

import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Completion;
import io.deeptrain.event.JobEvent;
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
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Progress;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The words in which a tenant reads what happens to a job: a line for each step of its history and for each epoch. */
public final class TrainingLog {
    /** A job that says more has said enough. */
    public static final int LINES_MAX = 10_000;

    private TrainingLog() {}

    /** The line that an entry of a job's history makes, if it means anything to the tenant. */
    public static Optional<String> line(JobEvent entry) {
        return switch (entry) {
            case JobQueued queued ->
                Optional.of("Queued: template %s, estimated at %d s"
                        .formatted(queued.template(), queued.estimate().toSeconds()));
            case JobAssigned assigned ->
                Optional.of(
                        "Assigned to a worker: attempt %s, %s".formatted(assigned.attempt(), words(assigned.origin())));
            case JobStarted started ->
                Optional.of("Started: attempt %s, %s".formatted(started.attempt(), words(started.origin())));
            case JobCheckpointed checkpointed ->
                Optional.of("Checkpoint saved after epoch %d, step %d"
                        .formatted(
                                checkpointed.checkpoint().epoch(),
                                checkpointed.checkpoint().step()));
            case JobRequeued requeued -> Optional.of("Waiting again: " + words(requeued.cause()));
            case JobCancelling _ -> Optional.of("Cancelled: the attempt is being stopped");
            // What it led to is told a moment later.
            case JobFinishing _ -> Optional.empty();
            case JobSucceeded succeeded ->
                Optional.of("Succeeded, %s: %s".formatted(words(succeeded.completion()), words(succeeded.metrics())));
            case JobFailed failed ->
                Optional.of("Failed: %s (%s, %s fault)".formatted(failed.message(), failed.code(), failed.fault()));
            case JobCancelled _ -> Optional.of("Cancelled");
        };
    }

    /**
     * The line that a report makes if it is the first to tell that an epoch is completed.
     *
     * @param before the report before, of this attempt or an earlier one
     */
    public static Optional<String> line(Optional<ProgressReported> before, ProgressReported report) {
        Progress now = report.progress();
        int epochBefore = before.map(earlier -> earlier.progress().epoch()).orElse(0);
        boolean otherAttempt = before.isPresent() && !before.get().attempt().equals(report.attempt());
        if (now.epoch() == 0 || now.epoch() == epochBefore || (now.epoch() < epochBefore && !otherAttempt)) {
            return Optional.empty();
        }
        StringBuilder line = new StringBuilder("Epoch %d of %d".formatted(now.epoch(), now.epochs()));
        if (Double.isFinite(now.loss())) {
            line.append(": loss ").append(number(now.loss()));
        }
        if (!now.metrics().isEmpty()) {
            line.append(", ").append(words(now.metrics()));
        }
        return Optional.of(line.append(String.format(Locale.ROOT, ", %.0f images/s", now.imagesPerSecond()))
                .toString());
    }

    private static String words(Origin origin) {
        return switch (origin) {
            case Origin.Scratch() -> "from the beginning";
            case Origin.Resumed(var checkpoint) ->
                "going on after epoch %d, step %d".formatted(checkpoint.epoch(), checkpoint.step());
        };
    }

    private static String words(RequeueCause cause) {
        return switch (cause) {
            case LEASE_LAPSED -> "the worker was not heard of any more";
            case ATTEMPT_FAILED -> "the worker failed, through no fault of this training";
            case STALLED -> "the worker made no progress";
            case PREEMPTED -> "the worker was needed elsewhere";
        };
    }

    private static String words(Completion completion) {
        return switch (completion) {
            case ALL_EPOCHS -> "all epochs";
            case STOPPED_BY_TENANT -> "stopped early as asked";
            case BUDGET_REACHED -> "stopped early at its cost cap";
            case RUN_TIME_REACHED -> "stopped early, having run for as long as a training may";
            case NO_LONGER_IMPROVING ->
                "stopped early as the test images showed no more improvement, the best state kept";
        };
    }

    private static String words(Map<String, Double> metrics) {
        return metrics.isEmpty()
                ? "no metrics"
                : metrics.entrySet().stream()
                        .map(metric -> metric.getKey() + " " + number(metric.getValue()))
                        .collect(Collectors.joining(", "));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
