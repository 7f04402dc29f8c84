package io.deeptrain.scheduler.job;

import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Progress;
import io.deeptrain.event.Span;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.Ending.Succeeded;
import java.time.Instant;
import java.util.Optional;

/** What somebody asks of a job. It may be refused. */
public sealed interface JobCommand {
    /** Asks about one attempt, and is refused unless that is the job's newest. */
    sealed interface OfAttempt extends JobCommand {
        FencingToken token();
    }

    /** A worker is to run it, on so many GPUs, some of which may be its partners'. */
    record Assign(WorkerId worker, IncarnationId incarnation, int gpus, Optional<Span> span) implements JobCommand {
        /** All of it on one worker. */
        public Assign(WorkerId worker, IncarnationId incarnation, int gpus) {
            this(worker, incarnation, gpus, Optional.empty());
        }
    }

    /** It prepares and has read so many inputs. */
    record ReadInputs(FencingToken token, long inputs) implements OfAttempt {}

    record Start(FencingToken token, Origin origin) implements OfAttempt {}

    record Report(FencingToken token, Progress progress, long readingMillis) implements OfAttempt {}

    record KeepCheckpoint(FencingToken token, Checkpoint checkpoint) implements OfAttempt {}

    record Succeed(FencingToken token, Succeeded outcome, long readingMillis) implements OfAttempt {}

    record Fail(FencingToken token, Failed outcome, long readingMillis) implements OfAttempt {}

    /** The worker has stopped, with no model. */
    record ConcludeStop(FencingToken token, StopReason reason, long readingMillis) implements OfAttempt {}

    /**
     * The scheduler gives the attempt up.
     *
     * @param partner where it was lost, if that was not its holder
     */
    record GiveUp(FencingToken token, RequeueCause cause, String detail, Optional<WorkerId> partner)
            implements OfAttempt {
        /** It was lost at its holder. */
        public GiveUp(FencingToken token, RequeueCause cause, String detail) {
            this(token, cause, detail, Optional.empty());
        }
    }

    /** Somebody ends the training and keeps what there is. */
    record Stop(StopWish wish) implements JobCommand {}

    /** The scheduler finds that the job can never run. */
    record Reject(Failed outcome) implements JobCommand {}

    record Cancel(Instant cancelledAt) implements JobCommand {}

    record Seal() implements JobCommand {}
}
