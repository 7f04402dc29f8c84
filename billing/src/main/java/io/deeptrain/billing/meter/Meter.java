package io.deeptrain.billing.meter;

import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
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
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;

/**
 * Folds what happened into a {@link JobUsage}. The history of the job, which the scheduler alone writes, is the truth;
 * the readings that workers report only show a charge while an attempt is under way, and count for nothing once the
 * history says what the attempt's last accepted reading was. A worker that was given up can therefore add nothing.
 */
public final class Meter {
    private Meter() {}

    public static JobUsage begin(JobQueued accepted) {
        return new JobUsage(
                accepted.jobId(),
                Terms.of(accepted),
                accepted.sequence(),
                List.of(),
                new TreeMap<>(),
                new Ending.Open());
    }

    /** Whether the entry can change a charge. The others only count in the sequence. */
    public static boolean matters(JobEvent event) {
        return switch (event) {
            case JobAssigned _, JobCheckpointed _ -> false;
            case JobQueued _,
                    JobStarted _,
                    JobRequeued _,
                    JobCancelling _,
                    JobFinishing _,
                    JobSucceeded _,
                    JobFailed _,
                    JobCancelled _ -> true;
        };
    }

    public static JobUsage evolve(JobUsage usage, JobEvent event) {
        if (usage.arrival(event) == JobUsage.Arrival.SEEN) {
            return usage;
        }
        JobUsage read = usage.readUpTo(event.sequence());
        return switch (event) {
            case JobQueued _, JobAssigned _, JobCheckpointed _ -> read;
            case JobStarted started -> started(read, started);
            case JobRequeued requeued -> requeued(read, requeued);
            case JobCancelling cancelling -> read.with(new Ending.Cancelling(cancelling.cancelledAt()));
            case JobFinishing finishing ->
                ended(read, finishing.attempt(), finishing.occurredAt(), finishing.readingMillis());
            case JobSucceeded succeeded ->
                ended(read, succeeded.attempt(), succeeded.occurredAt(), succeeded.readingMillis())
                        .with(new Ending.Succeeded(succeeded.occurredAt()));
            case JobFailed failed ->
                ended(read, failed.attempt(), failed.occurredAt(), failed.readingMillis())
                        .with(new Ending.Failed(failed.occurredAt(), failed.fault()));
            case JobCancelled cancelled ->
                ended(read, cancelled.attempt(), cancelled.occurredAt(), cancelled.readingMillis())
                        .with(new Ending.Cancelled(cancelled.occurredAt(), cancelled.cancelledAt()));
        };
    }

    public static JobUsage evolve(JobUsage usage, AttemptEvent event) {
        return switch (event) {
            case ProgressReported report -> shown(usage, report);
            // No meter runs yet.
            case InputsRead _ -> usage;
            // The history says the same with authority, a moment later.
            case AttemptStarted _, CheckpointSaved _, AttemptSucceeded _, AttemptFailed _, AttemptStopped _ -> usage;
        };
    }

    private static JobUsage started(JobUsage usage, JobStarted started) {
        return usage.with(new AttemptUsage.Running(
                started.attempt(),
                started.occurredAt(),
                started.origin(),
                started.gpusOf(usage.terms().gpus())));
    }

    private static JobUsage requeued(JobUsage usage, JobRequeued requeued) {
        Instant stoppedAt = requeued.occurredAt();
        long readingMillis = requeued.readingMillis();
        return usage.attempt(requeued.attempt())
                .map(attempt -> switch (attempt) {
                    case AttemptUsage.Running running ->
                        usage.with(new AttemptUsage.Lost(
                                running.attempt(),
                                running.startedAt(),
                                running.origin(),
                                running.gpus(),
                                stoppedAt,
                                readingMillis));
                    case AttemptUsage.Ended _, AttemptUsage.Lost _, AttemptUsage.NeverStarted _ -> usage;
                })
                .orElseGet(
                        () -> usage.with(new AttemptUsage.NeverStarted(requeued.attempt(), stoppedAt, readingMillis)));
    }

    /** The first entry that ends an attempt stands; the one that ends the job repeats it. */
    private static JobUsage ended(JobUsage usage, FencingToken token, Instant stoppedAt, long readingMillis) {
        if (token.equals(FencingToken.NONE)) {
            return usage;
        }
        return usage.attempt(token)
                .map(attempt -> switch (attempt) {
                    case AttemptUsage.Running running ->
                        usage.with(new AttemptUsage.Ended(
                                running.attempt(),
                                running.startedAt(),
                                running.origin(),
                                running.gpus(),
                                stoppedAt,
                                readingMillis));
                    case AttemptUsage.Ended _, AttemptUsage.Lost _, AttemptUsage.NeverStarted _ -> usage;
                })
                .orElseGet(() -> usage.with(new AttemptUsage.NeverStarted(token, stoppedAt, readingMillis)));
    }

    private static JobUsage shown(JobUsage usage, ProgressReported report) {
        boolean over = usage.ending().isFinal()
                || usage.attempt(report.attempt())
                        .map(attempt -> switch (attempt) {
                            case AttemptUsage.Running _ -> false;
                            case AttemptUsage.Ended _, AttemptUsage.Lost _, AttemptUsage.NeverStarted _ -> true;
                        })
                        .orElse(false);
        return over ? usage : usage.with(report.attempt(), ShownReading.of(report));
    }
}
