package io.deeptrain.api.version;

import io.deeptrain.api.version.VersionState.Cancelled;
import io.deeptrain.api.version.VersionState.Failed;
import io.deeptrain.api.version.VersionState.Gone;
import io.deeptrain.api.version.VersionState.Pace;
import io.deeptrain.api.version.VersionState.Sealed;
import io.deeptrain.api.version.VersionState.Trained;
import io.deeptrain.api.version.VersionState.Training;
import io.deeptrain.api.version.VersionState.Untrained;
import io.deeptrain.api.version.VersionState.Waiting;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.FencingToken;
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
import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import java.time.Instant;
import java.util.List;

/**
 * The rules of a model version's life. Pure: same arguments, same answer.
 *
 * <p>This is where a cancel and the end of a job meet. Both change the version's state, one after the other, and what
 * is told to the scheduler leaves in the order of those changes: whichever came first is the truth, and the scheduler
 * hears it first.
 */
public final class VersionMachine {
    private VersionMachine() {}

    /** What one step led to: the version as it is now, and what the scheduler is told about it. */
    public record Turn(Version version, List<RequestEvent> told) {
        public Turn {
            told = List.copyOf(told);
        }

        private static Turn quietly(Version version) {
            return new Turn(version, List.of());
        }
    }

    /** The tenant deletes the version. Deleting it again changes nothing. */
    public static Turn delete(Version version, Instant now) {
        return switch (version.state()) {
            case Waiting(var jobId, var _) -> cancel(version, jobId, now);
            case Training(var jobId, var _, var _, var _) -> cancel(version, jobId, now);
            case Untrained _, Sealed _, Trained _, Failed _ -> Turn.quietly(version.in(new Gone()));
            case Cancelled _, Gone _ -> Turn.quietly(version);
        };
    }

    private static Turn cancel(Version version, JobId jobId, Instant now) {
        return new Turn(version.in(new Cancelled(jobId, now)), List.of(new TrainingCancelled(jobId, now)));
    }

    /** The scheduler wrote the next entry of the job's history. Delivered again, it changes nothing. */
    public static Turn apply(Version version, JobEvent event, Instant now) {
        if (event.sequence() <= version.sequence()) {
            return Turn.quietly(version);
        }
        Version newer = version.upTo(event.sequence());
        return switch (event) {
            case JobQueued _, JobStarted _, JobCheckpointed _, JobCancelling _, JobCancelled _ -> Turn.quietly(newer);
            case JobAssigned(var jobId, var _, var _, var attempt, var _, var _) ->
                Turn.quietly(assigned(newer, jobId, attempt));
            case JobRequeued requeued -> Turn.quietly(requeued(newer, requeued.jobId()));
            case JobFinishing finishing -> seal(newer, finishing.jobId(), now);
            case JobSucceeded succeeded -> Turn.quietly(succeeded(newer, succeeded));
            case JobFailed failed -> Turn.quietly(failed(newer, failed));
        };
    }

    private static Version assigned(Version version, JobId jobId, FencingToken attempt) {
        return version.state() instanceof Waiting(var _, var percent)
                ? version.in(new Training(jobId, attempt, percent, new Pace.Unknown()))
                : version;
    }

    private static Version requeued(Version version, JobId jobId) {
        return version.state() instanceof Training(var _, var _, var percent, var _)
                ? version.in(new Waiting(jobId, percent))
                : version;
    }

    private static Turn seal(Version version, JobId jobId, Instant now) {
        return switch (version.state()) {
            case Waiting(var _, var percent) -> sealed(version, jobId, percent, now);
            case Training(var _, var _, var percent, var _) -> sealed(version, jobId, percent, now);
            // The cancel was told before: it is what ends the job.
            case Cancelled _ -> Turn.quietly(version);
            case Untrained _, Sealed _, Trained _, Failed _, Gone _ ->
                throw new IllegalStateException("%s cannot finish in %s".formatted(jobId, version.state()));
        };
    }

    private static Turn sealed(Version version, JobId jobId, int percent, Instant now) {
        return new Turn(version.in(new Sealed(jobId, now, percent)), List.of(new JobSealed(jobId, now)));
    }

    private static Version succeeded(Version version, JobSucceeded event) {
        return version.state() instanceof Sealed
                ? version.in(new Trained(event.jobId(), event.model(), event.metrics(), event.occurredAt()))
                : version;
    }

    private static Version failed(Version version, JobFailed event) {
        return version.state() instanceof Sealed
                ? version.in(
                        new Failed(event.jobId(), event.fault(), event.code(), event.message(), event.occurredAt()))
                : version;
    }

    /** A worker reports progress. It counts only for the attempt that the history names, and never backwards. */
    public static Version apply(Version version, ProgressReported report) {
        if (!(version.state() instanceof Training(var jobId, var attempt, var percent, var pace))
                || !attempt.equals(report.attempt())) {
            return version;
        }
        int now = Math.max(percent, Completeness.percentOf(report.progress()));
        return version.in(new Training(jobId, attempt, now, Completeness.pace(pace, report)));
    }
}
