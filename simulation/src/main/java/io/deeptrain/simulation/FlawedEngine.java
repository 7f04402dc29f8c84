package io.deeptrain.simulation;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.InputsRead;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Event;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingBudgetReached;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import io.deeptrain.event.Span.Partner;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.engine.Decisions;
import io.deeptrain.scheduler.engine.Input;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import io.deeptrain.scheduler.job.Ending;
import io.deeptrain.scheduler.job.JobDecision;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.job.Lease;
import io.deeptrain.scheduler.job.Lineage;
import io.deeptrain.scheduler.job.Losses;
import io.deeptrain.scheduler.job.StopWish;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The production engine, and around it the bugs that are planted there. With none planted it adds nothing. */
final class FlawedEngine {
    private final World world;
    private final MeterSum meters;
    private final Set<JobId> cancelsDropped = new HashSet<>();
    private final Set<JobId> askedToMakeRoom = new HashSet<>();
    private final Map<WorkerId, Integer> gpusAtFirst = new HashMap<>();
    private SchedulerEngine engine;

    private FlawedEngine(SchedulerEngine engine, World world) {
        this.engine = engine;
        this.world = world;
        meters = new MeterSum();
    }

    static FlawedEngine restore(List<JobRecord> records, Controls controls, World world) {
        return new FlawedEngine(
                SchedulerEngine.restore(
                        FlawedOrders.recalled(records, world),
                        FlawedOrders.recalled(controls, world),
                        FlawedSettings.of(world),
                        world.now()),
                world);
    }

    JobRecord job(JobId jobId) {
        return engine.job(jobId);
    }

    Decisions apply(Input input) {
        return switch (input) {
            case Input.Heard(TrainingCancelled cancel, var _)
            when world.has(PlantedBug.CANCEL_IGNORED_WHILE_ASSIGNED)
                    && stateOf(cancel.jobId())
                            .filter(JobState.Assigned.class::isInstance)
                            .isPresent() -> new Decisions(List.of(), List.of(), Set.of());
            case Input.Heard(TrainingCancelled cancel, var _)
            when world.has(PlantedBug.STOP_BEATS_CANCEL)
                    && stateOf(cancel.jobId()).filter(FlawedEngine::isToStop).isPresent() -> {
                cancelsDropped.add(cancel.jobId());
                yield new Decisions(List.of(), List.of(), Set.of());
            }
            case Input.Heard(TrainingCancelled cancel, var _)
            when world.has(PlantedBug.MAKING_ROOM_FORGETS_CANCEL) && askedToMakeRoom.contains(cancel.jobId()) ->
                new Decisions(List.of(), List.of(), Set.of());
            case Input.Heard(JobSealed seal, var _)
            when world.has(PlantedBug.TERMINAL_TWICE)
                    && stateOf(seal.jobId())
                            .filter(JobState.Ended.class::isInstance)
                            .isPresent() -> endAgain(seal);
            case Input.Heard(AttemptEvent event, var now)
            when world.has(PlantedBug.NO_FENCE) -> engine.apply(new Input.Heard(asOfNewest(event), now));
            case Input.Heard(AttemptEvent event, var now)
            when world.has(PlantedBug.DELTA_METER) -> engine.apply(new Input.Heard(meters.summed(event), now));
            case Input.Heard(ProgressReported report, var now)
            when world.has(PlantedBug.LOOKS_ARE_NO_WORK) ->
                engine.apply(new Input.Heard(FlawedEvents.withoutLooks(report), now));
            case Input.Heard(InputsRead _, var _)
            when world.has(PlantedBug.PREPARING_NEVER_STALLS) -> new Decisions(List.of(), List.of(), Set.of());
            case Input.Heard(InputsRead read, var now)
            when world.has(PlantedBug.READING_IS_NO_WORK) ->
                engine.apply(new Input.Heard(FlawedEvents.ofNothing(read), now));
            case Input.Heard(AttemptStopped stopped, var now)
            when world.has(PlantedBug.MAKING_ROOM_FAILS_THE_JOB) && stopped.reason() == StopReason.PREEMPTED ->
                engine.apply(new Input.Heard(FlawedEvents.asFailure(stopped, Fault.USER), now));
            case Input.Heard(AttemptStopped stopped, var now)
            when world.has(PlantedBug.MAKING_ROOM_COUNTS_AS_LOSS) && stopped.reason() == StopReason.PREEMPTED ->
                engine.apply(new Input.Heard(FlawedEvents.asFailure(stopped, Fault.PLATFORM), now));
            case Input.Heard(AttemptSucceeded success, var now)
            when world.has(PlantedBug.KEPT_MODEL_FAILS_THE_JOB) && success.completion() != Completion.ALL_EPOCHS ->
                engine.apply(new Input.Heard(FlawedEvents.asFailure(success), now));
            case Input.Heard(TrainingBudgetReached reached, var _)
            when world.has(PlantedBug.BUDGET_STOP_FORGOTTEN)
                    && stateOf(reached.jobId())
                            .filter(JobState.Assigned.class::isInstance)
                            .isPresent() -> new Decisions(List.of(), List.of(), Set.of());
            case Input.Heard(TrainingBudgetReached(var jobId, var at), var now)
            when world.has(PlantedBug.BUDGET_STOP_AS_TENANTS) ->
                engine.apply(new Input.Heard(new TrainingStopRequested(jobId, at), now));
            case Input.Heard(WorkerBeat beat, var now)
            when world.has(PlantedBug.LEAVING_WORKER_ASSIGNED) && beat.readiness() == Readiness.DRAINING ->
                engine.apply(new Input.Heard(FlawedEvents.asAccepting(beat), now));
            case Input.Heard(WorkerBeat beat, var now)
            when world.has(PlantedBug.BROKEN_GPUS_PROMISED) -> engine.apply(new Input.Heard(asAtFirst(beat), now));
            case Input.Heard(WorkerBeat beat, var now)
            when world.has(PlantedBug.CLASS_IGNORED) ->
                engine.apply(new Input.Heard(FlawedEvents.asOfAnyKind(beat), now));
            case Input.Heard(TrainingRequested request, var now)
            when world.has(PlantedBug.CLASS_IGNORED) ->
                engine.apply(new Input.Heard(FlawedEvents.forAnyKind(request), now));
            case Input.Heard(WorkerBeat beat, var now)
            when world.has(PlantedBug.PARTNER_LOSS_IGNORED) -> engine.apply(new Input.Heard(asOfPartner(beat), now));
            case Input.Heard(AttemptStopped stopped, var now)
            when world.has(PlantedBug.MOVE_LOSES_JOB)
                    && engine.find(stopped.jobId())
                            .filter(job -> FlawedOrders.isLeavingToBeMoved(stopped, job))
                            .isPresent() -> loseWhoIsMoved(stopped, now);
            case Input.Ordered(var order, var _)
            when world.has(PlantedBug.CORDON_IGNORED) && FlawedOrders.isCordon(order) ->
                FlawedOrders.storedOnly(order, engine.snapshot().controls());
            case Input.Heard _, Input.Ordered _, Input.Tick _ ->
                withOtherLeases(withOtherOrders(rememberWhoMakesRoom(
                        withoutSeal(withoutMemoryOfStop(withoutMemoryOfCancel(input, engine.apply(input))), input))));
        };
    }

    private Decisions loseWhoIsMoved(AttemptStopped stopped, Instant now) {
        JobRecord before = engine.job(stopped.jobId());
        Decisions decisions = engine.apply(new Input.Heard(stopped, now));
        JobRecord lost = FlawedOrders.lost(before, engine.job(stopped.jobId()), now);
        replace(lost);
        return FlawedOrders.withoutAssignment(decisions, lost);
    }

    private Optional<JobState> stateOf(JobId jobId) {
        return engine.find(jobId).map(JobRecord::state);
    }

    private Event asOfNewest(AttemptEvent event) {
        return stateOf(event.jobId())
                .filter(JobState.Leased.class::isInstance)
                .map(state -> FlawedEvents.withToken(event, state.token()))
                .orElse(event);
    }

    private Decisions endAgain(JobSealed seal) {
        JobRecord job = engine.job(seal.jobId());
        if (job.state() instanceof JobState.Ended ended && ended.ending() instanceof Ending.Succeeded success) {
            return new Decisions(
                    List.of(new JobSucceeded(
                            job.jobId(),
                            job.sequence() + 1,
                            world.now(),
                            ended.token(),
                            success.model(),
                            success.metrics(),
                            success.completion(),
                            ended.readingMillis())),
                    List.of(),
                    Set.of(job.jobId()));
        }
        return new Decisions(List.of(), List.of(), Set.of());
    }

    private WorkerBeat asAtFirst(WorkerBeat beat) {
        int gpus = gpusAtFirst.computeIfAbsent(beat.workerId(), _ -> beat.gpus());
        return new WorkerBeat(
                beat.workerId(),
                beat.incarnation(),
                beat.number(),
                beat.gpuClass(),
                gpus,
                beat.readiness(),
                beat.holdings(),
                beat.door(),
                beat.gpuMilli());
    }

    /** As if the process that is a partner went on. */
    private WorkerBeat asOfPartner(WorkerBeat beat) {
        List<Holding> holdings = new ArrayList<>(beat.holdings());
        IncarnationId incarnation = beat.incarnation();
        for (JobRecord job : engine.jobs()) {
            if (job.state() instanceof JobState.Leased leased) {
                for (Partner partner : leased.lease().partners()) {
                    if (partner.workerId().equals(beat.workerId())) {
                        holdings.add(leased.lease().holdingOf(job.jobId()));
                        incarnation = partner.incarnation();
                    }
                }
            }
        }
        return new WorkerBeat(
                beat.workerId(),
                incarnation,
                beat.number(),
                beat.gpuClass(),
                beat.gpus(),
                beat.readiness(),
                holdings,
                beat.door(),
                beat.gpuMilli());
    }

    /** What is stored knows of one worker alone, or of all GPUs that the job could use. */
    private Decisions withOtherLeases(Decisions decisions) {
        if (world.has(PlantedBug.PARTNERS_NOT_STORED) || world.has(PlantedBug.GPUS_NOT_STORED)) {
            for (JobEvent entry : decisions.history()) {
                if (entry instanceof JobAssigned
                        && stateOf(entry.jobId()).orElse(null)
                                instanceof JobState.Assigned(var lease, var losses, var lineage, var wish, var read)) {
                    Lease stored = stored(engine.job(entry.jobId()), lease);
                    if (!stored.equals(lease)) {
                        replace(entry.jobId(), new JobState.Assigned(stored, losses, lineage, wish, read));
                    }
                }
            }
        }
        return decisions;
    }

    private Lease stored(JobRecord job, Lease lease) {
        return new Lease(
                lease.holder(),
                lease.incarnation(),
                lease.token(),
                world.has(PlantedBug.GPUS_NOT_STORED) ? job.gpusMost() : lease.gpus(),
                lease.grantedAt(),
                world.has(PlantedBug.PARTNERS_NOT_STORED) ? Optional.empty() : lease.span());
    }

    private Decisions withOtherOrders(Decisions decisions) {
        if (world.has(PlantedBug.DRAIN_ASKS_NOBODY)) {
            return FlawedOrders.askingNobodyToLeave(decisions, engine.snapshot().controls());
        }
        if (!world.has(PlantedBug.CHECKPOINT_FORGOTTEN) && !world.has(PlantedBug.GPUS_BEYOND_THE_WORKER)) {
            return decisions;
        }
        List<AssignmentEvent> assignments = new ArrayList<>();
        for (AssignmentEvent message : decisions.assignments()) {
            assignments.add(message instanceof AttemptAssigned assigned ? told(assigned) : message);
        }
        return new Decisions(
                decisions.history(),
                decisions.remarks(),
                assignments,
                decisions.changedJobs(),
                decisions.controls(),
                decisions.answer());
    }

    private AttemptAssigned told(AttemptAssigned assigned) {
        return new AttemptAssigned(
                assigned.jobId(),
                assigned.attempt(),
                assigned.workerId(),
                assigned.incarnation(),
                assigned.tenant(),
                world.has(PlantedBug.GPUS_BEYOND_THE_WORKER)
                        ? engine.job(assigned.jobId()).request().spec()
                        : assigned.spec(),
                world.has(PlantedBug.CHECKPOINT_FORGOTTEN) ? new Origin.Scratch() : assigned.origin(),
                assigned.span());
    }

    private Decisions rememberWhoMakesRoom(Decisions decisions) {
        for (AssignmentEvent message : decisions.assignments()) {
            if (message instanceof AttemptStopRequested stop && stop.reason() == StopReason.PREEMPTED) {
                askedToMakeRoom.add(stop.jobId());
            }
        }
        return decisions;
    }

    /** Seals at once what the front door should have been asked about. */
    private Decisions withoutSeal(Decisions decisions, Input input) {
        Decisions all = decisions;
        for (JobEvent entry : decisions.history()) {
            boolean isSealed =
                    world.has(PlantedBug.LATE_SUCCESS_BEATS_CANCEL) || cancelsDropped.contains(entry.jobId());
            if (isSealed && entry instanceof JobFinishing) {
                all = join(all, engine.apply(new Input.Heard(new JobSealed(entry.jobId(), input.now()), input.now())));
            }
        }
        return all;
    }

    /** Queues again what should have ended as cancelled when its lease lapsed. */
    private Decisions withoutMemoryOfCancel(Input input, Decisions decisions) {
        boolean lapses = input instanceof Input.Tick;
        if (!world.has(PlantedBug.REQUEUE_FORGETS_CANCEL) || !lapses) {
            return decisions;
        }
        List<JobEvent> history = new ArrayList<>();
        for (JobEvent entry : decisions.history()) {
            if (entry instanceof JobCancelled cancelled && !cancelled.attempt().equals(FencingToken.NONE)) {
                history.add(new JobRequeued(
                        entry.jobId(),
                        entry.sequence(),
                        entry.occurredAt(),
                        cancelled.attempt(),
                        RequeueCause.LEASE_LAPSED,
                        "The cancel is forgotten.",
                        cancelled.readingMillis(),
                        entry.occurredAt()));
                queueAgain(cancelled);
            } else {
                history.add(entry);
            }
        }
        return new Decisions(
                history,
                decisions.remarks(),
                decisions.assignments(),
                decisions.changedJobs(),
                decisions.controls(),
                decisions.answer());
    }

    /** Lets the next attempt train to the end what should stop as soon as it starts. */
    private Decisions withoutMemoryOfStop(Decisions decisions) {
        if (!world.has(PlantedBug.STOP_FORGOTTEN_ON_REQUEUE)) {
            return decisions;
        }
        for (JobEvent entry : decisions.history()) {
            if (entry instanceof JobRequeued) {
                switch (engine.job(entry.jobId()).state()) {
                    case JobState.Queued(var token, var since, var notBefore, var losses, var lineage, var wish)
                    when wish != StopWish.NONE ->
                        replace(
                                entry.jobId(),
                                new JobState.Queued(token, since, notBefore, losses, lineage, StopWish.NONE));
                    case JobState.Assigned(var lease, var losses, var lineage, var wish, var read)
                    when wish != StopWish.NONE ->
                        replace(entry.jobId(), new JobState.Assigned(lease, losses, lineage, StopWish.NONE, read));
                    case JobState.Queued _,
                            JobState.Assigned _,
                            JobState.Running _,
                            JobState.Cancelling _,
                            JobState.Finishing _,
                            JobState.Ended _ -> {}
                }
            }
        }
        return decisions;
    }

    private static boolean isToStop(JobState state) {
        return switch (state) {
            case JobState.Queued queued -> queued.stopWish() != StopWish.NONE;
            case JobState.Assigned assigned -> assigned.stopWish() != StopWish.NONE;
            case JobState.Running running -> running.stopWish() != StopWish.NONE;
            case JobState.Cancelling _, JobState.Finishing _, JobState.Ended _ -> false;
        };
    }

    private void queueAgain(JobCancelled cancelled) {
        replace(
                cancelled.jobId(),
                new JobState.Queued(
                        cancelled.attempt(),
                        cancelled.occurredAt(),
                        cancelled.occurredAt(),
                        Losses.NONE,
                        Lineage.SCRATCH,
                        StopWish.NONE));
    }

    private void replace(JobId jobId, JobState state) {
        JobRecord job = engine.job(jobId);
        replace(job.with(state, job.sequence()));
    }

    private void replace(JobRecord changed) {
        List<JobRecord> records = new ArrayList<>();
        for (JobRecord job : engine.jobs()) {
            records.add(job.jobId().equals(changed.jobId()) ? changed : job);
        }
        engine = SchedulerEngine.restore(records, engine.snapshot().controls(), FlawedSettings.of(world));
    }

    private static Decisions join(Decisions first, Decisions second) {
        List<JobEvent> history = new ArrayList<>(first.history());
        history.addAll(second.history());
        List<AssignmentEvent> assignments = new ArrayList<>(first.assignments());
        assignments.addAll(second.assignments());
        Set<JobId> changed = new LinkedHashSet<>(first.changedJobs());
        changed.addAll(second.changedJobs());
        List<JobDecision> remarks = new ArrayList<>(first.remarks());
        remarks.addAll(second.remarks());
        return new Decisions(
                history, remarks, assignments, changed, second.controls().or(first::controls), second.answer());
    }
}
