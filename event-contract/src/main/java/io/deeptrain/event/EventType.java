package io.deeptrain.event;

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
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingBudgetReached;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The wire name of a kind of event, its topic and its record class. The list below is the whole contract: a type that
 * is not in it is parked by its reader, never guessed.
 */
public record EventType(String name, Topic topic, Class<? extends Event> recordClass) {
    private static final String PREFIX = "io.deeptrain.";

    public static final List<EventType> ALL = List.of(
            type("training.requested.v1", Topic.REQUESTS, TrainingRequested.class),
            type("training.stop-requested.v1", Topic.REQUESTS, TrainingStopRequested.class),
            type("training.budget-reached.v1", Topic.REQUESTS, TrainingBudgetReached.class),
            type("training.cancelled.v1", Topic.REQUESTS, TrainingCancelled.class),
            type("job.sealed.v1", Topic.REQUESTS, JobSealed.class),
            type("attempt.assigned.v1", Topic.ASSIGNMENTS, AttemptAssigned.class),
            type("attempt.ranks-assigned.v1", Topic.ASSIGNMENTS, RanksAssigned.class),
            type("attempt.stop-requested.v1", Topic.ASSIGNMENTS, AttemptStopRequested.class),
            type("attempt.inputs-read.v1", Topic.ATTEMPTS, InputsRead.class),
            type("attempt.started.v1", Topic.ATTEMPTS, AttemptStarted.class),
            type("attempt.progress-reported.v1", Topic.ATTEMPTS, ProgressReported.class),
            type("attempt.checkpoint-saved.v1", Topic.ATTEMPTS, CheckpointSaved.class),
            type("attempt.succeeded.v1", Topic.ATTEMPTS, AttemptSucceeded.class),
            type("attempt.failed.v1", Topic.ATTEMPTS, AttemptFailed.class),
            type("attempt.stopped.v1", Topic.ATTEMPTS, AttemptStopped.class),
            type("worker.beat.v1", Topic.HEARTBEATS, WorkerBeat.class),
            type("scheduler.pulsed.v1", Topic.HEARTBEATS, SchedulerPulsed.class),
            type("job.queued.v1", Topic.JOBS, JobQueued.class),
            type("job.assigned.v1", Topic.JOBS, JobAssigned.class),
            type("job.started.v1", Topic.JOBS, JobStarted.class),
            type("job.checkpointed.v1", Topic.JOBS, JobCheckpointed.class),
            type("job.requeued.v1", Topic.JOBS, JobRequeued.class),
            type("job.cancelling.v1", Topic.JOBS, JobCancelling.class),
            type("job.finishing.v1", Topic.JOBS, JobFinishing.class),
            type("job.succeeded.v1", Topic.JOBS, JobSucceeded.class),
            type("job.failed.v1", Topic.JOBS, JobFailed.class),
            type("job.cancelled.v1", Topic.JOBS, JobCancelled.class),
            type("charge.updated.v1", Topic.CHARGES, ChargeUpdated.class),
            type("charge.posted.v1", Topic.CHARGES, ChargePosted.class),
            type("charge.divided.v1", Topic.CHARGES, ChargeDivided.class));

    private static final Map<String, EventType> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(EventType::name, Function.identity()));
    private static final Map<Class<? extends Event>, EventType> BY_CLASS =
            ALL.stream().collect(Collectors.toUnmodifiableMap(EventType::recordClass, Function.identity()));

    public static Optional<EventType> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    public static EventType of(Event event) {
        EventType type = BY_CLASS.get(event.getClass());
        if (type == null) {
            throw new IllegalStateException("not in the list of event types: " + event.getClass());
        }
        return type;
    }

    /** The file name of this type's JSON Schema and golden file, as in {@code job.queued.v1}. */
    public String shortName() {
        return name.substring(PREFIX.length());
    }

    private static EventType type(String shortName, Topic topic, Class<? extends Event> recordClass) {
        return new EventType(PREFIX + shortName, topic, recordClass);
    }
}
