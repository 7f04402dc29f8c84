package io.deeptrain.scheduler.job;

import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Progress;
import io.deeptrain.scheduler.job.Ending.Outcome;
import java.time.Instant;

/**
 * Something that happened to a job and cannot be taken back. Most of it is told in the job's {@link JobHistory}; some,
 * as each report of progress, only the scheduler itself needs.
 */
public sealed interface JobFact {
    record Assigned(Lease lease) implements JobFact {}

    /** Of an attempt that prepares, more than were known. */
    record InputsRead(long inputs) implements JobFact {}

    record Started(Origin origin, Instant at) implements JobFact {}

    record Progressed(Progress progress, long readingMillis) implements JobFact {}

    record CheckpointKept(Checkpoint checkpoint) implements JobFact {}

    /** The attempt is over, the job waits again. */
    record Requeued(RequeueCause cause, String detail, long readingMillis, Losses losses, Instant at, Instant notBefore)
            implements JobFact {}

    /** No more training is wanted. Each attempt from now on is told to finish with what it has. */
    record StopAsked(StopWish wish) implements JobFact {}

    record CancelBegun(Instant cancelledAt) implements JobFact {}

    record MeterRead(long readingMillis) implements JobFact {}

    record Finished(Outcome outcome, long readingMillis) implements JobFact {}

    record Ended(Ending ending, long readingMillis, Instant at) implements JobFact {}
}
