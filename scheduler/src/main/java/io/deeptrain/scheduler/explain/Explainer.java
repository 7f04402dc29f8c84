package io.deeptrain.scheduler.explain;

import io.deeptrain.event.JobId;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.engine.EngineSnapshot.KeptRoom;
import io.deeptrain.scheduler.explain.Needs.Need;
import io.deeptrain.scheduler.explain.Reason.AllGpusBusy;
import io.deeptrain.scheduler.explain.Reason.BackingOff;
import io.deeptrain.scheduler.explain.Reason.HeldByOperator;
import io.deeptrain.scheduler.explain.Reason.KeptForGuarantees;
import io.deeptrain.scheduler.explain.Reason.KeptForOverdue;
import io.deeptrain.scheduler.explain.Reason.MakingRoom;
import io.deeptrain.scheduler.explain.Reason.NeverFits;
import io.deeptrain.scheduler.explain.Reason.NoWorker;
import io.deeptrain.scheduler.explain.Reason.OthersStandHigher;
import io.deeptrain.scheduler.explain.Reason.QuotaReached;
import io.deeptrain.scheduler.explain.Reason.RunningCapReached;
import io.deeptrain.scheduler.explain.Reason.WorkersDraining;
import io.deeptrain.scheduler.explain.WaitingOrder.Place;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.placement.GpuKind;
import io.deeptrain.scheduler.queue.QueueStanding;
import io.deeptrain.scheduler.queue.Shape;
import io.deeptrain.scheduler.queue.Ticket;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says of each job of one snapshot why it waits. Of several reasons that hold, the first in this order is said:
 *
 * <ol>
 *   <li>an operator holds it;
 *   <li>others were asked to make room for it;
 *   <li>it waits out a pause after a loss;
 *   <li>no worker is there, none is large enough, or only such as take on no more;
 *   <li>one of its queues is at a limit;
 *   <li>there is room, which is kept for an overdue job or for what others are guaranteed;
 *   <li>there is no room, and others get it first;
 *   <li>there is no room.
 * </ol>
 *
 * <p>What is common to all jobs is worked out once, when it is first asked for; belongs to one thread.
 */
public final class Explainer {
    private final EngineSnapshot snapshot;
    private final Promising promising;
    private final Map<JobId, JobRecord> waiting = new HashMap<>();
    private final Map<JobId, KeptRoom> claims = new HashMap<>();
    private final Rehearsal rehearsal;
    private final WaitingOrder order;
    private final Needs needs;
    private final Map<GpuKind, FleetCounts> fleets = new HashMap<>();
    private Optional<Forecast> forecast = Optional.empty();

    /** With expected starts as the forecast has them. */
    public Explainer(EngineSnapshot snapshot) {
        this(snapshot, (_, start) -> start);
    }

    /** With a forecast that was made already. */
    Explainer(EngineSnapshot snapshot, Promising promising, Forecast forecast) {
        this(snapshot, promising);
        this.forecast = Optional.of(forecast);
    }

    /** With expected starts as experience has it, see {@link Promises#calibrated}. */
    public Explainer(EngineSnapshot snapshot, Promising promising) {
        this.promising = promising;
        this.snapshot = snapshot;
        for (JobRecord job : snapshot.jobs()) {
            if (job.state() instanceof Queued) {
                waiting.put(job.jobId(), job);
            }
        }
        snapshot.claims().forEach(claim -> claims.put(claim.jobId(), claim));
        rehearsal = new Rehearsal(snapshot, snapshot.settings().queues(), snapshot.now());
        order = WaitingOrder.of(snapshot);
        needs = new Needs(snapshot);
    }

    /** Those that wait, in the order of their positions. */
    public List<JobId> inOrder() {
        return order.inOrder();
    }

    /** To ask {@linkplain WhatIf what would be if}. */
    public AsIs asIs() {
        return new AsIs(snapshot, forecast(), inOrder(), promising);
    }

    /** Makes a promise of what a forecast has. */
    @FunctionalInterface
    public interface Promising {
        StartTime promised(Instant asOf, StartTime forecast);
    }

    /** When those that wait are expected to start, before experience is asked; see {@link Promises#look}. */
    public Map<JobId, StartTime> forecasts() {
        return forecast().starts();
    }

    /** Empty if the job does not wait. */
    public Optional<Explanation> explain(JobId jobId) {
        JobRecord job = waiting.get(jobId);
        return job != null && job.state() instanceof Queued queued
                ? Optional.of(explain(job, queued))
                : Optional.empty();
    }

    private Explanation explain(JobRecord job, Queued queued) {
        List<QueueStanding> path = rehearsal.queue().standings(job.tenant(), Shape.ANY_CLASS);
        Place place = order.of(job.jobId());
        return new Explanation(
                job.jobId(),
                job.kind(),
                reason(job, queued, path, place),
                change(job, queued, path),
                place.position(),
                waiting.size(),
                place.positionInApp(),
                place.gpuMillisAhead(),
                forecast().of(job.jobId()).map(start -> promising.promised(snapshot.now(), start)));
    }

    private Forecast forecast() {
        if (forecast.isEmpty()) {
            forecast = Optional.of(Forecast.of(snapshot));
        }
        return forecast.get();
    }

    private Reason reason(JobRecord job, Queued queued, List<QueueStanding> path, Place place) {
        int gpus = job.gpus();
        if (job.isHeld()) {
            return new HeldByOperator();
        }
        KeptRoom kept = claims.get(job.jobId());
        if (kept != null) {
            return new MakingRoom(kept.leaving().size(), gpus, kept.since());
        }
        if (snapshot.now().isBefore(queued.notBefore())) {
            return new BackingOff(
                    queued.notBefore(),
                    queued.losses().count(),
                    snapshot.settings().retry().lossesMax());
        }
        FleetCounts fleet = fleetOf(job);
        if (fleet.gpusOfLargest() == 0) {
            return new NoWorker();
        }
        if (gpus > fleet.gpusMost()) {
            return new NeverFits(gpus, fleet.gpusOfLargest(), fleet.gpusTogether());
        }
        if (gpus > fleet.gpusMostAccepting()) {
            return new WorkersDraining(
                    gpus, fleet.workersDraining(), fleet.gpusOfLargestAccepting(), fleet.gpusTogetherAccepting());
        }
        return atLimit(job).orElseGet(() -> lackOfRoom(job, path, place));
    }

    private FleetCounts fleetOf(JobRecord job) {
        return fleets.computeIfAbsent(job.kind(), kind -> FleetCounts.of(snapshot.places(), kind));
    }

    /** The lowest of its queues that would be over a limit with this job. */
    private Optional<Reason> atLimit(JobRecord job) {
        List<QueueStanding> withJob = rehearsal.queue().standingsWith(job.tenant(), job.shape());
        for (int steps = 0; steps < withJob.size(); steps++) {
            QueueStanding standing = withJob.get(steps);
            if (standing.isOverRunningMax()) {
                return Optional.of(new RunningCapReached(
                        Level.at(steps), standing.queue(), standing.running() - 1, standing.runningMax()));
            }
            if (standing.isOverBorrowMax()) {
                return Optional.of(new QuotaReached(
                        Level.at(steps),
                        standing.queue(),
                        job.gpus(),
                        standing.held() - job.gpus(),
                        standing.guaranteed() + standing.borrowMax()));
            }
        }
        return Optional.empty();
    }

    private Reason lackOfRoom(JobRecord job, List<QueueStanding> path, Place place) {
        int gpus = job.gpus();
        FleetCounts fleet = fleetOf(job);
        if (rehearsal.room().has(job.shape())) {
            Optional<Ticket> overdue = rehearsal
                    .queue()
                    .firstOfAll(rehearsal.room())
                    .filter(ticket -> !ticket.jobId().equals(job.jobId()));
            return overdue.<Reason>map(ticket ->
                            new KeptForOverdue(ticket.shape().gpus(), Instant.ofEpochMilli(ticket.dueMillis())))
                    .orElseGet(() -> new KeptForGuarantees(gpus, fleet.gpusFreeOnOne()));
        }
        return place.position() == 1
                ? new AllGpusBusy(gpus, fleet.gpusFreeOnOne(), fleet.gpusBusy(), fleet.gpusTotal())
                : new OthersStandHigher(
                        gpus,
                        place.position() - 1,
                        place.positionInApp() - 1,
                        path.getFirst().held(),
                        fleet.gpusFreeOnOne(),
                        fleet.gpusBusy(),
                        fleet.gpusTotal());
    }

    private Change change(JobRecord job, Queued queued, List<QueueStanding> path) {
        if (job.isHeld()) {
            return Change.RELEASE;
        }
        boolean backsOff = snapshot.now().isBefore(queued.notBefore());
        Optional<Instant> waitUntil = backsOff ? Optional.of(queued.notBefore()) : Optional.empty();
        if (claims.containsKey(job.jobId())) {
            return new Change(waitUntil, true, List.of(), List.of(), true);
        }
        Need need = needs.of(job, path, backsOff ? queued.notBefore() : snapshot.now());
        return new Change(waitUntil, false, need.raises(), need.workers(), need.isEnough());
    }
}
