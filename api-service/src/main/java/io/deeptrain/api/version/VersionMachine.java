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
import io.deeptrain.event.AttemptEvent.InputsRead;
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
import io.deeptrain.event.Origin.Resumed;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingBudgetReached;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/**
 * The rules of a model version's life. Pure: same arguments, same answer.
 *
 * <p>This is where a cancel and the end of a job meet. Both change the version's state, one after the other, and what
 * is told to the scheduler leaves in the order of those changes: whichever came first is the truth, and the scheduler
 * hears it first.
 */
public final class VersionMachine {
    private VersionMachine() {}

    /** An entry of a history that cannot follow what came before. Whoever meets it parks it. */
    public static final class ContradictionException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ContradictionException(String message) {
            super(message);
        }
    }

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
            case Waiting waiting -> cancel(version, waiting.jobId(), now);
            case Training training -> cancel(version, training.jobId(), now);
            case Untrained _, Sealed _, Trained _, Failed _ -> Turn.quietly(version.in(new Gone()));
            case Cancelled _, Gone _ -> Turn.quietly(version);
        };
    }

    /** What a wish to stop led to. */
    public sealed interface Stop {
        record Accepted(Turn turn) implements Stop {}

        /** {@code reason} is for the tenant. */
        record Refused(String reason) implements Stop {}
    }

    /**
     * The tenant ends the training and keeps what there is. The wish is told once; asked for again, or when the job has
     * just finished by itself, it changes nothing.
     */
    public static Stop stop(Version version, Instant now) {
        return stop(version, jobId -> new TrainingStopRequested(jobId, now));
    }

    /** A budget is used up. As {@link #stop(Version, Instant)}, but that the job says why. */
    public static Stop stopAtBudget(Version version, Instant now) {
        return stop(version, jobId -> new TrainingBudgetReached(jobId, now));
    }

    private static Stop stop(Version version, Function<JobId, RequestEvent> wish) {
        return switch (version.state()) {
            case Waiting(var _, var _, var _, var stopAsked) when stopAsked -> new Stop.Accepted(Turn.quietly(version));
            case Waiting(var jobId, var percent, var checkpointed, var _)
            when checkpointed -> stopping(version, new Waiting(jobId, percent, true, true), wish.apply(jobId));
            case Waiting _ ->
                new Stop.Refused("it waits to be trained and there is nothing to keep: delete the version instead");
            case Training(var _, var _, var _, var _, var _, var stopAsked)
            when stopAsked -> new Stop.Accepted(Turn.quietly(version));
            case Training(var jobId, var attempt, var percent, var pace, var checkpointed, var _) ->
                stopping(version, new Training(jobId, attempt, percent, pace, checkpointed, true), wish.apply(jobId));
            case Sealed _ -> new Stop.Accepted(Turn.quietly(version));
            case Untrained _ -> new Stop.Refused("nobody asked to train it");
            case Trained _ -> new Stop.Refused("it is trained already");
            case Failed _ -> new Stop.Refused("its training has failed already");
            case Cancelled _, Gone _ -> new Stop.Refused("it was deleted");
        };
    }

    private static Stop stopping(Version version, VersionState remembered, RequestEvent wish) {
        return new Stop.Accepted(new Turn(version.in(remembered), List.of(wish)));
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
            case JobQueued _, JobCancelling _, JobCancelled _ -> Turn.quietly(newer);
            case JobStarted started -> Turn.quietly(building(prepared(newer), started.origin() instanceof Resumed));
            case JobCheckpointed _ -> Turn.quietly(building(newer, true));
            case JobAssigned(var jobId, var _, var _, var attempt, var _, var _) ->
                Turn.quietly(assigned(newer, jobId, attempt));
            case JobRequeued requeued -> Turn.quietly(requeued(newer, requeued.jobId()));
            case JobFinishing finishing -> seal(newer, finishing.jobId(), now);
            case JobSucceeded succeeded -> Turn.quietly(succeeded(newer, succeeded));
            case JobFailed failed -> Turn.quietly(failed(newer, failed));
        };
    }

    private static Version assigned(Version version, JobId jobId, FencingToken attempt) {
        return version.state() instanceof Waiting(var _, var percent, var checkpointed, var stopAsked)
                ? version.in(new Training(jobId, attempt, percent, new Pace.Unknown(), checkpointed, stopAsked))
                : version;
    }

    /** Nobody asks any more how far its preparation is. */
    private static Version prepared(Version version) {
        return version.state()
                        instanceof
                        Training(var jobId, var attempt, var percent, Pace.Reading _, var checkpointed, var stopAsked)
                ? version.in(new Training(jobId, attempt, percent, new Pace.Unknown(), checkpointed, stopAsked))
                : version;
    }

    /** An attempt that could not read its checkpoint leaves none to a later one. */
    private static Version building(Version version, boolean checkpointed) {
        return version.state() instanceof Training(var jobId, var attempt, var percent, var pace, var _, var stopAsked)
                ? version.in(new Training(jobId, attempt, percent, pace, checkpointed, stopAsked))
                : version;
    }

    private static Version requeued(Version version, JobId jobId) {
        return version.state() instanceof Training(var _, var _, var percent, var _, var checkpointed, var stopAsked)
                ? version.in(new Waiting(jobId, percent, checkpointed, stopAsked))
                : version;
    }

    private static Turn seal(Version version, JobId jobId, Instant now) {
        return switch (version.state()) {
            case Waiting waiting -> sealed(version, jobId, waiting.percent(), now);
            case Training training -> sealed(version, jobId, training.percent(), now);
            // The cancel was told before: it is what ends the job.
            case Cancelled _ -> Turn.quietly(version);
            case Untrained _, Sealed _, Trained _, Failed _, Gone _ ->
                throw new ContradictionException("job %s cannot finish in %s".formatted(jobId, version.state()));
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
        if (!(version.state()
                        instanceof
                        Training(var jobId, var attempt, var percent, var pace, var checkpointed, var stopAsked))
                || !attempt.equals(report.attempt())) {
            return version;
        }
        int now = Math.max(percent, Completeness.percentOf(report.progress()));
        return version.in(new Training(jobId, attempt, now, Completeness.pace(pace, report), checkpointed, stopAsked));
    }

    /** A worker prepares. That counts as long as the attempt that the history names has shown no progress. */
    public static Turn apply(Version version, InputsRead read) {
        if (!(version.state()
                        instanceof
                        Training(var jobId, var attempt, var percent, var pace, var checkpointed, var stopAsked))
                || !attempt.equals(read.attempt())
                || !Completeness.isBehind(pace, read)) {
            return Turn.quietly(version);
        }
        Pace reading = new Pace.Reading(read.inputsRead(), read.inputs());
        return Turn.quietly(version.in(new Training(jobId, attempt, percent, reading, checkpointed, stopAsked)));
    }
}
