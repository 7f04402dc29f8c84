package io.deeptrain.scheduler.engine;

import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.StopReason;
import io.deeptrain.scheduler.engine.Claims.Claim;
import io.deeptrain.scheduler.job.Budget;
import io.deeptrain.scheduler.job.Decision;
import io.deeptrain.scheduler.job.Directives;
import io.deeptrain.scheduler.job.JobCommand;
import io.deeptrain.scheduler.job.JobFact;
import io.deeptrain.scheduler.job.JobHistory;
import io.deeptrain.scheduler.job.JobMachine;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Cancelling;
import io.deeptrain.scheduler.job.JobState.Ended;
import io.deeptrain.scheduler.job.JobState.Finishing;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.job.JobState.Running;
import io.deeptrain.scheduler.job.Lease;
import io.deeptrain.scheduler.job.Lineage;
import io.deeptrain.scheduler.job.StopWish;
import io.deeptrain.scheduler.queue.JobQueue;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.Shape;
import io.deeptrain.scheduler.queue.TenantUse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Every job that is known, and what follows when one goes from a state to another: it enters or leaves the line, its
 * worker is told, room is taken or given back. What a job may do is its own rules' affair, see {@link JobMachine}.
 */
final class JobBook {
    private final EngineSettings settings;
    private final EngineState state;
    private final BiPredicate<JobRecord, Lease> wantedAway;
    private final Map<JobId, JobRecord> jobs = new HashMap<>();
    private final Deque<JobId> ended = new ArrayDeque<>();
    private final Set<JobId> held = new HashSet<>();
    private JobQueue queue;
    private long arrivals;
    private List<JobEvent> history = new ArrayList<>();
    private Set<JobId> changed = new LinkedHashSet<>();

    /**
     * A book without jobs.
     *
     * @param wantedAway whether an operator wants the job to leave the worker that holds this lease
     */
    JobBook(EngineSettings settings, EngineState state, BiPredicate<JobRecord, Lease> wantedAway) {
        this.settings = settings;
        this.state = state;
        this.wantedAway = wantedAway;
        queue = new JobQueue(settings.queues());
    }

    // What it knows

    Optional<JobRecord> find(JobId jobId) {
        return Optional.ofNullable(jobs.get(jobId));
    }

    JobRecord job(JobId jobId) {
        return find(jobId).orElseThrow(() -> new IllegalArgumentException("not a job of this engine: " + jobId));
    }

    Collection<JobRecord> all() {
        return Collections.unmodifiableCollection(jobs.values());
    }

    /** Of the newest job. */
    long arrivals() {
        return arrivals;
    }

    int heldCount() {
        return held.size();
    }

    JobQueue queue() {
        return queue;
    }

    /** What of the histories was written since this was last asked. */
    List<JobEvent> takeHistory() {
        List<JobEvent> taken = history;
        history = new ArrayList<>();
        return taken;
    }

    /** Whose records are others since this was last asked. */
    Set<JobId> takeChanged() {
        Set<JobId> taken = changed;
        changed = new LinkedHashSet<>();
        return taken;
    }

    // What may happen to a job

    /** One that was not known before. */
    void admit(TrainingRequested request) {
        if (jobs.containsKey(request.jobId())) {
            return;
        }
        arrivals++;
        JobRecord job = JobRecord.queued(request, arrivals, state.clocks().now());
        jobs.put(job.jobId(), job);
        queue.add(job.ticketIn(queue), state.clocks().now());
        changed.add(job.jobId());
        history.add(JobHistory.opening(request, state.clocks().now()));
    }

    /** Decides, and lets happen what follows. Answers whether anything did. */
    boolean command(JobId jobId, JobCommand command) {
        JobRecord job = jobs.get(jobId);
        if (job == null) {
            return false;
        }
        return switch (JobMachine.decide(
                job.state(), command, settings.retry(), state.clocks().now())) {
            case Decision.Accepted(var fact) -> {
                happen(job, fact);
                yield true;
            }
            case Decision.Refused _ -> false;
        };
    }

    private void happen(JobRecord before, JobFact fact) {
        Optional<JobEvent> entry = JobHistory.entry(before, fact, state.clocks().now());
        entry.ifPresent(history::add);
        long sequence = entry.map(JobEvent::sequence).orElse(before.sequence());
        JobRecord evolved = before.with(JobMachine.evolve(before.state(), fact), sequence);
        JobRecord after = fact instanceof JobFact.Assigned
                ? evolved.with(evolved.directives().withoutMove())
                : evolved;
        changed.add(after.jobId());
        if (after.state().getClass().equals(before.state().getClass())) {
            jobs.put(after.jobId(), after);
        } else {
            jobs.put(after.jobId(), leaving(before, after));
            enter(after);
        }
    }

    /** What ends with the state that a job leaves. */
    private JobRecord leaving(JobRecord before, JobRecord after) {
        if (before.state() instanceof Queued queued) {
            state.claims().of(before.jobId()).ifPresent(this::drop);
            leaveLine(before, queued);
        }
        if (before.state() instanceof Leased leased && !(after.state() instanceof Leased)) {
            return after.with(release(before, leased.lease()));
        }
        return after;
    }

    /** What begins with the state that a job enters. */
    private void enter(JobRecord after) {
        switch (after.state()) {
            case Queued queued -> enterLine(after, queued);
            case Assigned(var lease, var _, var lineage, var _, var _) -> {
                for (Message assignment : seize(after, lease, lineage).assignments()) {
                    state.outgoing().send(assignment, state.clocks().now());
                }
            }
            case Cancelling(var lease, var _, var _, var _) -> {
                state.leases().over(lease.holdingOf(after.jobId())).ifPresent(Watch::settleAll);
                state.outgoing()
                        .requestStop(
                                lease.holdingOf(after.jobId()),
                                lease.holder(),
                                lease.incarnation(),
                                StopReason.CANCELLED,
                                state.clocks().now());
            }
            case Ended _ -> remember(after.jobId());
            case Running _, Finishing _ -> {}
        }
    }

    /** Waits for its turn, or for an operator to release it. */
    private void enterLine(JobRecord job, Queued queued) {
        if (job.isHeld()) {
            held.add(job.jobId());
        } else {
            queue.add(job.ticketIn(queue), queued.notBefore());
        }
    }

    private void leaveLine(JobRecord job, Queued queued) {
        if (!held.remove(job.jobId())) {
            queue.remove(job.ticketIn(queue), queued.notBefore());
        }
    }

    private Watch seize(JobRecord job, Lease lease, Lineage lineage) {
        boolean entitled = queue.isEntitled(job.tenant(), job.shapeHeld());
        long heardNanos = state.clocks().heardNanos();
        Watch watch = new Watch(
                job.jobId(),
                lease,
                new Message(Assignments.toHolder(job, lease, lineage)),
                Assignments.toPartners(job, lease, heardNanos),
                entitled,
                heardNanos);
        state.leases().add(watch);
        setTimer(watch);
        Holding holding = lease.holdingOf(job.jobId());
        state.fleet().occupy(lease.holder(), holding, lease.gpusOfHolder());
        lease.partners().forEach(partner -> state.fleet().occupy(partner.workerId(), holding, partner.gpus()));
        queue.began(job.tenant(), job.shapeHeld());
        return watch;
    }

    private TenantUse release(JobRecord job, Lease lease) {
        Holding holding = lease.holdingOf(job.jobId());
        state.leases().end(job.jobId());
        state.outgoing().stops().settle(lease.holder(), holding);
        state.fleet().vacate(lease.holder(), holding);
        lease.partners().forEach(partner -> state.fleet().vacate(partner.workerId(), holding));
        state.claims().on(lease.holder()).filter(claim -> claim.awaits(holding)).ifPresent(claim -> {
            if (state.fleet().saidOver(lease.holder(), holding)) {
                claim.left(holding);
            } else {
                drop(claim);
            }
        });
        state.claims().of(job.jobId()).ifPresent(claim -> claim.left(holding));
        return queue.ended(
                job.tenant(),
                job.shapeHeld(),
                Duration.between(lease.grantedAt(), state.clocks().now()));
    }

    /** No more room is kept for the claim's job. */
    void drop(Claim claim) {
        state.claims().remove(claim);
        state.fleet().vacate(claim.workerId(), claim.reserved());
    }

    private void remember(JobId endedJob) {
        ended.add(endedJob);
        while (ended.size() > settings.endedKeptMax()) {
            jobs.remove(ended.remove());
        }
    }

    // What a job's worker is told to end

    void stopIfWanted(Watch watch) {
        JobRecord job = job(watch.jobId());
        Lease lease = watch.lease();
        wantedStop(job)
                .ifPresent(reason -> state.outgoing()
                        .requestStop(
                                lease.holdingOf(job.jobId()),
                                lease.holder(),
                                lease.incarnation(),
                                reason,
                                state.clocks().now()));
    }

    Optional<StopReason> wantedStop(JobRecord job) {
        return switch (job.state()) {
            case Cancelling _ -> Optional.of(StopReason.CANCELLED);
            case Assigned assigned
            when assigned.stopWish() != StopWish.NONE -> assigned.stopWish().reason();
            case Running running
            when running.stopWish() != StopWish.NONE -> running.stopWish().reason();
            case Running running
            when Budget.of(job.request()).reachedBy(running.billableGpuMillis()) ->
                Optional.of(StopReason.BUDGET_REACHED);
            case Running running
            when running.billableMillis() >= settings.runTimeMax().toMillis() ->
                Optional.of(StopReason.RUN_TIME_REACHED);
            case Assigned assigned when isWantedAway(job, assigned.lease()) -> Optional.of(StopReason.PREEMPTED);
            case Running running when isWantedAway(job, running.lease()) -> Optional.of(StopReason.PREEMPTED);
            case Queued _, Assigned _, Running _, Finishing _, Ended _ -> Optional.empty();
        };
    }

    /** A worker that is about to go saves and stops what it leads by itself; what it is a partner of, it cannot. */
    private boolean isWantedAway(JobRecord job, Lease lease) {
        return wantedAway.test(job, lease)
                || lease.partners().stream().anyMatch(partner -> state.fleet().isLeaving(partner.workerId()));
    }

    // When a job's lease is to be looked at

    void setTimer(Watch watch) {
        state.leases().setTimer(watch, Math.min(lapseNanos(watch), stallNanos(watch)));
    }

    /** Without one of its partners an attempt cannot go on, but it can end. */
    long lapseNanos(Watch watch) {
        boolean isEnding = job(watch.jobId()).state() instanceof Cancelling;
        long renewedNanos = isEnding ? watch.renewedNanos() : watch.renewedByAllNanos();
        return renewedNanos + settings.leaseTerm().toNanos();
    }

    /** Who prepares can stall once it has said anything of its inputs: there are workers that never do. */
    long stallNanos(Watch watch) {
        return switch (job(watch.jobId()).state()) {
            case Running running ->
                watch.quietNanos(settings.stall().limitFor(running.progress().phase(), running.pace()));
            case Assigned assigned
            when assigned.inputsRead().isPresent() ->
                watch.quietNanos(settings.stall().preparingQuietMax());
            case Assigned _, Queued _, Cancelling _, Finishing _, Ended _ -> Long.MAX_VALUE;
        };
    }

    // What an operator wants

    void direct(JobRecord job, Directives directives) {
        JobRecord directed = job.with(directives);
        if (job.state() instanceof Queued queued) {
            leaveLine(job, queued);
            enterLine(directed, queued);
        }
        jobs.put(job.jobId(), directed);
        changed.add(job.jobId());
        state.leases().of(job.jobId()).ifPresent(this::stopIfWanted);
    }

    /** With these limits everybody takes a new place; costs a step for each job. */
    void rearrange(QueueSettings queues) {
        JobQueue before = queue;
        queue = new JobQueue(queues);
        queue.recall(before.uses());
        queue.advanceTo(state.clocks().now());
        before.fleetMilli(Shape.ANY_CLASS).ifPresent(gpuMilli -> queue.resizeMilli(Shape.ANY_CLASS, gpuMilli));
        List<JobRecord> inOrder = new ArrayList<>(jobs.values());
        inOrder.sort(Comparator.comparingLong(JobRecord::arrival));
        for (JobRecord job : inOrder) {
            if (job.state() instanceof Queued queued) {
                enterLine(job, queued);
            } else if (job.state() instanceof Leased) {
                queue.began(job.tenant(), job.shapeHeld());
            }
        }
    }

    // What was known before

    /** Lets stored jobs go on, and knows of those that have ended which did last. */
    void takeUp(Collection<JobRecord> stored) {
        List<JobRecord> inOrder = new ArrayList<>(stored);
        inOrder.sort(Comparator.comparingLong(JobRecord::arrival));
        inOrder.forEach(this::takeUp);
        inOrder.stream()
                .filter(job -> job.state() instanceof Ended)
                .sorted(Comparator.comparing(JobBook::endOf))
                .forEach(job -> remember(job.jobId()));
    }

    private void takeUp(JobRecord job) {
        arrivals = Math.max(arrivals, job.arrival());
        jobs.put(job.jobId(), job);
        switch (job.state()) {
            case Queued queued -> enterLine(job, queued);
            case Assigned(var lease, var _, var lineage, var _, var _) -> {
                seize(job, lease, lineage).assignments().forEach(this::sendUnlessHeard);
            }
            case Running running -> seizeHeard(job, running.lease(), running.startedFrom());
            case Cancelling(var lease, var _, var _, var _) -> seizeHeard(job, lease, Lineage.SCRATCH);
            case Finishing _, Ended _ -> {}
        }
    }

    /** Perhaps it was, by an engine whose memory is lost. */
    private void sendUnlessHeard(Message assignment) {
        state.outgoing().sendIfUnsettled(assignment, state.clocks().now());
    }

    /** Its holder has heard of this lease. Whether it has heard of a stop that is wanted is not known. */
    private void seizeHeard(JobRecord job, Lease lease, Lineage lineage) {
        Watch watch = seize(job, lease, lineage);
        watch.acknowledge();
        if (job.state() instanceof Cancelling) {
            watch.settleAll();
        }
        watch.assignments().forEach(this::sendUnlessHeard);
        wantedStop(job)
                .ifPresent(reason -> state.outgoing()
                        .requestStopAgain(
                                lease.holdingOf(job.jobId()),
                                lease.holder(),
                                lease.incarnation(),
                                reason,
                                state.clocks().now()));
    }

    private static Instant endOf(JobRecord job) {
        return switch (job.state()) {
            case Ended(var _, var _, var _, var at) -> at;
            case Queued _, Assigned _, Running _, Cancelling _, Finishing _ ->
                throw new IllegalStateException("has not ended: " + job);
        };
    }
}
