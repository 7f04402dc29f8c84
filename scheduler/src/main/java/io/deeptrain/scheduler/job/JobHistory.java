package io.deeptrain.scheduler.job;

import io.deeptrain.event.GpuShare;
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
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.scheduler.job.Ending.Cancelled;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.Ending.Succeeded;
import java.time.Instant;
import java.util.Optional;

/** How facts are told to everybody else. */
public final class JobHistory {
    /** The sequence of a history's first entry. */
    public static final long FIRST = 1;

    private JobHistory() {}

    /** The first entry. */
    public static JobQueued opening(TrainingRequested request, Instant now) {
        return new JobQueued(
                request.jobId(),
                FIRST,
                now,
                request.tenant(),
                request.modelId(),
                request.modelVersionId(),
                request.spec().modelTypeId(),
                request.spec().template(),
                request.spec().gpus(),
                request.rate(),
                request.cap(),
                request.estimate(),
                Optional.of(request.spec().gpuMilli()).filter(milli -> milli < GpuShare.WHOLE));
    }

    /** The entry that follows {@code before}, if the fact is one to tell. */
    public static Optional<JobEvent> entry(JobRecord before, JobFact fact, Instant now) {
        var job = before.jobId();
        var sequence = before.sequence() + 1;
        var attempt = before.state().token();
        return switch (fact) {
            case JobFact.Assigned(var lease)
            when before.state() instanceof JobState.Queued queued ->
                Optional.of(new JobAssigned(
                        job,
                        sequence,
                        now,
                        lease.token(),
                        lease.holder(),
                        queued.lineage().origin()));
            case JobFact.Assigned _ ->
                throw new IllegalStateException("%s cannot follow %s".formatted(fact, before.state()));
            case JobFact.Started(var origin, var _) ->
                Optional.of(new JobStarted(job, sequence, now, attempt, origin, before.gpusHeld()));
            case JobFact.InputsRead _, JobFact.Progressed _, JobFact.MeterRead _, JobFact.StopAsked _ ->
                Optional.empty();
            case JobFact.CheckpointKept(var checkpoint) ->
                Optional.of(new JobCheckpointed(job, sequence, now, checkpoint));
            case JobFact.Requeued(var cause, var detail, var readingMillis, var _, var _, var notBefore) ->
                Optional.of(new JobRequeued(job, sequence, now, attempt, cause, detail, readingMillis, notBefore));
            case JobFact.CancelBegun(var cancelledAt) ->
                Optional.of(new JobCancelling(job, sequence, now, attempt, cancelledAt));
            case JobFact.Finished(var _, var readingMillis) ->
                Optional.of(new JobFinishing(job, sequence, now, attempt, readingMillis));
            case JobFact.Ended(Succeeded(var model, var metrics, var completion), var readingMillis, var _) ->
                Optional.of(new JobSucceeded(job, sequence, now, attempt, model, metrics, completion, readingMillis));
            case JobFact.Ended(Failed(var fault, var code, var message), var readingMillis, var _) ->
                Optional.of(new JobFailed(job, sequence, now, attempt, fault, code, message, readingMillis));
            case JobFact.Ended(Cancelled(var cancelledAt), var readingMillis, var _) ->
                Optional.of(new JobCancelled(job, sequence, now, attempt, cancelledAt, readingMillis));
        };
    }
}
