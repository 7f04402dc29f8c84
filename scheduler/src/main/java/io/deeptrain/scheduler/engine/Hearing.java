package io.deeptrain.scheduler.engine;

import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.InputsRead;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Event;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingBudgetReached;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.engine.Watch.PartnerWatch;
import io.deeptrain.scheduler.fleet.Fleet.Introduction;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.Ending.Succeeded;
import io.deeptrain.scheduler.job.JobCommand;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.Lease;
import io.deeptrain.scheduler.job.Losses;
import io.deeptrain.scheduler.job.StopWish;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Folds what was heard, step 2 of the cycle: each event becomes a command to one job, or tells how a worker is. What is
 * known already changes nothing, so that a record may be delivered again.
 */
final class Hearing {
    private final JobBook book;
    private final EngineState state;
    private final Workforce workforce;
    private final Resizing resizing;

    Hearing(JobBook book, EngineState state, Workforce workforce, Resizing resizing) {
        this.book = book;
        this.state = state;
        this.workforce = workforce;
        this.resizing = resizing;
    }

    void hear(Event event) {
        switch (event) {
            case RequestEvent request -> hear(request);
            case AttemptEvent attempt -> hear(attempt);
            case WorkerBeat beat -> hear(beat);
            default -> throw new IllegalArgumentException("not an event that the scheduler acts on: " + event);
        }
    }

    private void hear(RequestEvent request) {
        switch (request) {
            case TrainingRequested training -> book.admit(training);
            case TrainingStopRequested(var jobId, var _) -> stop(jobId, StopWish.OF_TENANT);
            case TrainingBudgetReached(var jobId, var _) -> stop(jobId, StopWish.OF_BUDGET);
            case TrainingCancelled(var jobId, var cancelledAt) ->
                book.command(jobId, new JobCommand.Cancel(cancelledAt));
            case JobSealed(var jobId, var _) -> book.command(jobId, new JobCommand.Seal());
        }
    }

    /** Whoever holds the job is told at once; a job that waits remembers it for its next attempt. */
    private void stop(JobId jobId, StopWish wish) {
        if (book.command(jobId, new JobCommand.Stop(wish))) {
            state.leases().of(jobId).ifPresent(book::stopIfWanted);
        }
    }

    private void hear(AttemptEvent event) {
        Holding holding = new Holding(event.jobId(), event.attempt());
        boolean isLast = isLast(event);
        if (isLast) {
            state.outgoing().stops().settle(event.workerId(), holding);
            state.fleet().endedByWorker(event.workerId(), holding);
        }
        state.leases().over(holding).ifPresent(Watch::acknowledge);
        Optional<JobRecord> before = book.find(event.jobId());
        Losses earlier = before.map(JobRecord::losses).orElse(Losses.NONE);
        int epochsBefore = before.map(Hearing::epochsSaved).orElse(0);
        boolean isAccepted = book.command(event.jobId(), commandOf(event));
        if (isAccepted && event instanceof AttemptFailed failed && failed.fault() == Fault.PLATFORM) {
            workforce.blame(event.workerId(), earlier);
        }
        Optional<Watch> watch = state.leases().over(holding);
        if (watch.isPresent() && isAccepted) {
            watch.get().progress(state.clocks().heardNanos());
            book.stopIfWanted(watch.get());
            if (book.job(event.jobId()).isElastic() && epochsSaved(book.job(event.jobId())) > epochsBefore) {
                resizing.epochEnded(event.jobId());
            }
        }
        if (watch.isEmpty() && !isLast && !state.fleet().saidOver(event.workerId(), holding)) {
            state.fleet()
                    .incarnationOf(event.workerId())
                    .ifPresent(incarnation -> state.outgoing()
                            .requestStop(
                                    holding,
                                    event.workerId(),
                                    incarnation,
                                    StopReason.SUPERSEDED,
                                    state.clocks().now()));
        }
    }

    /** Epochs that the newest checkpoint has behind it. */
    private static int epochsSaved(JobRecord job) {
        return job.state() instanceof JobState.Running running
                        && running.lineage().origin() instanceof Origin.Resumed(Checkpoint checkpoint)
                ? checkpoint.epoch()
                : 0;
    }

    private static boolean isLast(AttemptEvent event) {
        return switch (event) {
            case InputsRead _, AttemptStarted _, ProgressReported _, CheckpointSaved _ -> false;
            case AttemptSucceeded _, AttemptFailed _, AttemptStopped _ -> true;
        };
    }

    private static JobCommand commandOf(AttemptEvent event) {
        return switch (event) {
            case InputsRead read -> new JobCommand.ReadInputs(read.attempt(), read.inputsRead());
            case AttemptStarted started -> new JobCommand.Start(started.attempt(), started.origin());
            case ProgressReported report ->
                new JobCommand.Report(report.attempt(), report.progress(), report.readingMillis());
            case CheckpointSaved saved -> new JobCommand.KeepCheckpoint(saved.attempt(), saved.checkpoint());
            case AttemptSucceeded success ->
                new JobCommand.Succeed(
                        success.attempt(),
                        new Succeeded(success.model(), success.metrics(), success.completion()),
                        success.readingMillis());
            case AttemptFailed failure ->
                new JobCommand.Fail(
                        failure.attempt(),
                        new Failed(failure.fault(), failure.code(), failure.message()),
                        failure.readingMillis());
            case AttemptStopped stopped ->
                new JobCommand.ConcludeStop(stopped.attempt(), stopped.reason(), stopped.readingMillis());
        };
    }

    private void hear(WorkerBeat beat) {
        WorkerId workerId = beat.workerId();
        Introduction introduction = state.fleet().introduce(beat, state.clocks().heardNanos());
        if (introduction != Introduction.RETIRED) {
            workforce.measure(workerId);
        }
        switch (introduction) {
            case RETIRED -> {
                beat.holdings().forEach(holding -> supersede(holding, beat));
                return;
            }
            case NEW -> {
                state.claims().on(workerId).ifPresent(book::drop);
                welcome(beat);
            }
            case KNOWN -> {}
        }
        Map<Holding, Integer> strays = new LinkedHashMap<>();
        for (Holding holding : beat.holdings()) {
            Optional<Watch> known = state.leases().over(holding);
            Optional<Watch> watch = known.filter(candidate -> isHeldBy(candidate.lease(), beat));
            Optional<PartnerWatch> part = known.flatMap(candidate -> partOf(candidate, beat));
            if (part.isPresent()) {
                part.get().renew(state.clocks().heardNanos());
            } else if (watch.isPresent()) {
                watch.get().acknowledge();
                watch.get().renew(state.clocks().heardNanos());
                book.stopIfWanted(watch.get());
            } else if (!state.fleet().saidOver(workerId, holding)) {
                int gpus = book.find(holding.jobId()).map(JobRecord::gpus).orElse(1);
                strays.put(holding, Math.min(gpus, Math.max(1, beat.gpus())));
                supersede(holding, beat);
            }
        }
        state.fleet().listed(workerId, beat.holdings(), strays);
        state.outgoing().stops().settleUnlisted(workerId, beat.incarnation(), Set.copyOf(beat.holdings()));
        if (beat.readiness() == Readiness.GONE) {
            takeBackUnheard(beat);
            workforce.leave(workerId);
        }
    }

    private void supersede(Holding holding, WorkerBeat beat) {
        state.outgoing()
                .requestStop(
                        holding,
                        beat.workerId(),
                        beat.incarnation(),
                        StopReason.SUPERSEDED,
                        state.clocks().now());
    }

    /** A process that was not heard before. What an earlier process of this worker held is lost with it. */
    private void welcome(WorkerBeat beat) {
        for (Watch watch : state.leases().heldBy(beat.workerId())) {
            if (isHeldBy(watch.lease(), beat)) {
                state.fleet()
                        .occupy(
                                beat.workerId(),
                                watch.lease().holdingOf(watch.jobId()),
                                watch.lease().gpusOfHolder());
            } else {
                workforce.giveUp(
                        watch,
                        RequeueCause.LEASE_LAPSED,
                        "Worker %s came back as another process.".formatted(beat.workerId()));
            }
        }
        for (Watch watch : state.leases().sharedBy(beat.workerId())) {
            Optional<PartnerWatch> part = partOf(watch, beat);
            if (part.isPresent()) {
                state.fleet()
                        .occupy(
                                beat.workerId(),
                                watch.lease().holdingOf(watch.jobId()),
                                part.get().partner().gpus());
            } else {
                workforce.giveUpFor(
                        watch,
                        beat.workerId(),
                        "Worker %s, which ran a part of it, came back as another process.".formatted(beat.workerId()));
            }
        }
    }

    /**
     * What was assigned while the worker said good-bye, nobody there has heard. It need not wait for its lease to
     * lapse, nor count as lost.
     */
    private void takeBackUnheard(WorkerBeat goodbye) {
        for (Watch watch : state.leases().heldBy(goodbye.workerId())) {
            if (book.job(watch.jobId()).state() instanceof Assigned
                    && isHeldBy(watch.lease(), goodbye)
                    && !watch.isAcknowledged()) {
                book.command(
                        watch.jobId(), new JobCommand.ConcludeStop(watch.lease().token(), StopReason.PREEMPTED, 0));
            }
        }
        for (Watch watch : state.leases().sharedBy(goodbye.workerId())) {
            if (partOf(watch, goodbye).filter(part -> !part.isAcknowledged()).isPresent()) {
                workforce.dismissBut(goodbye.workerId(), watch);
                book.command(
                        watch.jobId(), new JobCommand.ConcludeStop(watch.lease().token(), StopReason.PREEMPTED, 0));
            }
        }
    }

    private static Optional<PartnerWatch> partOf(Watch watch, WorkerBeat beat) {
        return watch.partners().stream()
                .filter(part -> part.isOf(beat.workerId(), beat.incarnation()))
                .findFirst();
    }

    private static boolean isHeldBy(Lease lease, WorkerBeat beat) {
        return lease.holder().equals(beat.workerId()) && lease.incarnation().equals(beat.incarnation());
    }
}
