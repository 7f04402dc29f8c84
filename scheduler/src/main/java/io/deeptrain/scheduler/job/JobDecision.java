package io.deeptrain.scheduler.job;

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
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * One thing that was decided about a job, for operators to read afterwards. A sentence may name other jobs, so that it
 * is not for tenants.
 *
 * @param kind a word for programs, as in {@code assigned}
 */
public record JobDecision(JobId jobId, Instant at, String kind, String sentence) {

    /** What the entry of a job's history tells. Checkpoints are many, and decide nothing. */
    public static Optional<JobDecision> of(JobEvent entry) {
        Optional<String> sentence = sentence(entry);
        return sentence.map(words -> new JobDecision(entry.jobId(), entry.occurredAt(), kind(entry), words));
    }

    private static String kind(JobEvent entry) {
        return entry.getClass().getSimpleName().substring("Job".length()).toLowerCase(Locale.ROOT);
    }

    private static Optional<String> sentence(JobEvent entry) {
        return switch (entry) {
            case JobCheckpointed _ -> Optional.empty();
            case JobQueued queued ->
                Optional.of("It waits for %s, as asked for by %s; expected to run for %s."
                        .formatted(gpus(queued.gpus()), queued.tenant(), queued.estimate()));
            case JobAssigned assigned ->
                Optional.of("Its turn has come and worker %s has room: attempt %s, from %s."
                        .formatted(assigned.workerId(), assigned.attempt(), from(assigned.origin())));
            case JobStarted started ->
                Optional.of("Attempt %s trains%s, from %s."
                        .formatted(
                                started.attempt(),
                                started.gpus().map(held -> " on " + gpus(held)).orElse(""),
                                from(started.origin())));
            case JobRequeued requeued ->
                Optional.of("Attempt %s is over, %s: %s It waits again, until %s at least."
                        .formatted(
                                requeued.attempt(), words(requeued.cause()), requeued.detail(), requeued.notBefore()));
            case JobCancelling cancelling ->
                Optional.of("Its tenant has cancelled it; attempt %s is told to stop.".formatted(cancelling.attempt()));
            case JobFinishing finishing ->
                Optional.of(
                        "Attempt %s has ended with %d ms on its meter; the front door is asked whether it was cancelled."
                                .formatted(finishing.attempt(), finishing.readingMillis()));
            case JobSucceeded succeeded -> Optional.of("It has succeeded: %s.".formatted(succeeded.completion()));
            case JobFailed failed ->
                Optional.of("It has failed (%s, %s): %s".formatted(failed.code(), failed.fault(), failed.message()));
            case JobCancelled _ -> Optional.of("It is cancelled.");
        };
    }

    private static String gpus(int count) {
        return count == 1 ? "a GPU" : count + " GPUs on one worker";
    }

    private static String from(Origin origin) {
        return switch (origin) {
            case Origin.Scratch() -> "the beginning";
            case Origin.Resumed(var checkpoint) -> "the checkpoint at step " + checkpoint.step();
        };
    }

    private static String words(RequeueCause cause) {
        return switch (cause) {
            case LEASE_LAPSED -> "its lease has lapsed";
            case ATTEMPT_FAILED -> "it failed, and not by the tenant's fault";
            case STALLED -> "it showed no new work";
            case PREEMPTED -> "it made room";
        };
    }
}
