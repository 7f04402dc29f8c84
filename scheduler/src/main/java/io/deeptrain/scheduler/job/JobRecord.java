package io.deeptrain.scheduler.job;

import io.deeptrain.event.GpuShare;
import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.placement.GpuClasses;
import io.deeptrain.scheduler.placement.GpuKind;
import io.deeptrain.scheduler.queue.JobQueue;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.RemainingWork;
import io.deeptrain.scheduler.queue.Shape;
import io.deeptrain.scheduler.queue.Standing;
import io.deeptrain.scheduler.queue.TenantUse;
import io.deeptrain.scheduler.queue.Ticket;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * All that a scheduler must keep about a job. From the records of all jobs it can go on where another one stopped.
 *
 * @param arrival counts the jobs in the order in which they came; who came first is first among equals
 * @param sequence of the newest entry of the job's history
 * @param tenantUse what its tenant had used when an attempt of this job last gave its GPUs back
 * @param directives what an operator wants of it
 */
public record JobRecord(
        TrainingRequested request,
        long arrival,
        JobState state,
        long sequence,
        TenantUse tenantUse,
        Directives directives) {
    public static JobRecord queued(TrainingRequested request, long arrival, Instant now) {
        return new JobRecord(
                request, arrival, JobState.queuedAt(now), JobHistory.FIRST, TenantUse.NONE, Directives.NONE);
    }

    public JobId jobId() {
        return request.jobId();
    }

    public Tenant tenant() {
        return request.tenant();
    }

    /** How many GPUs it asks for; an elastic job runs on more if they are free. */
    public int gpus() {
        return request.spec().gpusMin();
    }

    /** On how many it runs at most. */
    public int gpusMost() {
        return request.spec().gpus();
    }

    /** Whether the number of its GPUs may differ from attempt to attempt. */
    public boolean isElastic() {
        return gpus() < gpusMost();
    }

    /** Which GPUs it runs on. */
    public GpuKind kind() {
        Optional<String> gpuClass = request.spec().gpuClass();
        int gpuMilli = request.spec().gpuMilli();
        return gpuClass.isEmpty() && gpuMilli == GpuShare.WHOLE
                ? GpuKind.ANY
                : new GpuKind(gpuClass.map(GpuClasses::of).orElse(GpuClasses.ANY), gpuMilli);
    }

    /** What it asks for. */
    public Shape shape() {
        return shapeOf(gpus());
    }

    /** What it is with so many GPUs. */
    public Shape shapeOf(int gpus) {
        return Shape.of(kind(), gpus);
    }

    /** What it holds while a worker has a lease on it, else what it asks for. */
    public Shape shapeHeld() {
        return state instanceof JobState.Leased leased ? shapeOf(leased.lease().gpus()) : shape();
    }

    /** How many GPUs it holds, or asks for. */
    public int gpusHeld() {
        return shapeHeld().gpus();
    }

    /** What it is expected to have left. What an attempt that is being ended has had, no longer counts. */
    public RemainingWork remainingWork() {
        long attainedGpuMillis = switch (state) {
            case JobState.Queued queued -> queued.lineage().gpuMillis();
            case JobState.Assigned assigned -> assigned.lineage().gpuMillis();
            case JobState.Running running -> running.billableGpuMillis();
            case JobState.Cancelling _, JobState.Finishing _, JobState.Ended _ -> 0;
        };
        return RemainingWork.of(request.estimate(), Duration.ofMillis(attainedGpuMillis / gpusMost()), gpusMost());
    }

    /**
     * When it ends at the latest if it runs from now on, or goes on, on the GPUs that it holds or asks for; empty if it
     * has no estimate or has shown that it is wrong, see {@link RemainingWork#ESTIMATE_ERROR_MAX}. Speed is taken to
     * grow as the number of GPUs does.
     *
     * @param margin for what it takes to begin an attempt, and to hear of its end
     */
    public Optional<Instant> latestEnd(Instant now, Duration margin) {
        return switch (state) {
            case JobState.Queued queued -> latestEnd(now, now.plus(margin), queued.lineage());
            case JobState.Assigned assigned -> latestEnd(now, now.plus(margin), assigned.lineage());
            case JobState.Running running -> latestEnd(now, running.startedAt().plus(margin), running.startedFrom());
            case JobState.Cancelling _, JobState.Finishing _, JobState.Ended _ -> Optional.of(now);
        };
    }

    private Optional<Instant> latestEnd(Instant now, Instant begins, Lineage from) {
        long boundMillis = (long) (request.estimate().toMillis() * RemainingWork.ESTIMATE_ERROR_MAX);
        long leftMillis = boundMillis - from.gpuMillis() / gpusMost();
        Instant end = begins.plusMillis(leftMillis * gpusMost() / gpusHeld());
        return boundMillis > 0 && leftMillis >= 0 && !end.isBefore(now) ? Optional.of(end) : Optional.empty();
    }

    /** Where its attempts were lost, as long as it may get others. */
    public Losses losses() {
        return switch (state) {
            case JobState.Queued queued -> queued.losses();
            case JobState.Assigned assigned -> assigned.losses();
            case JobState.Running running -> running.losses();
            case JobState.Cancelling _, JobState.Finishing _, JobState.Ended _ -> Losses.NONE;
        };
    }

    /** Whether an operator keeps it from running. */
    public boolean isHeld() {
        return directives.held();
    }

    /** Its own if an operator gave it one, else that of its tenant. */
    public Priority priorityIn(JobQueue queue) {
        return directives.priority().orElseGet(() -> queue.priorityOf(tenant()));
    }

    /** Its place in this queue. */
    public Ticket ticketIn(JobQueue queue) {
        long dueMillis = queue.dueMillis(priorityIn(queue), request.requestedAt(), remainingWork());
        return new Ticket(jobId(), tenant(), shape(), dueMillis, arrival);
    }

    /** How it stands there against others when somebody has to make room. */
    public Standing standingIn(JobQueue queue, boolean entitled) {
        return queue.standing(priorityIn(queue), request.requestedAt(), remainingWork(), entitled, arrival);
    }

    public JobRecord with(JobState newState, long newSequence) {
        return new JobRecord(request, arrival, newState, newSequence, tenantUse, directives);
    }

    public JobRecord with(TenantUse newTenantUse) {
        return new JobRecord(request, arrival, state, sequence, newTenantUse, directives);
    }

    public JobRecord with(Directives newDirectives) {
        return new JobRecord(request, arrival, state, sequence, tenantUse, newDirectives);
    }
}
