package io.deeptrain.scheduler.engine;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.ChargeEvent;
import io.deeptrain.event.Event;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.SchedulerPulsed;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingBudgetReached;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Answer;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.engine.Claims.Claim;
import io.deeptrain.scheduler.engine.EngineSnapshot.KeptRoom;
import io.deeptrain.scheduler.engine.Input.Heard;
import io.deeptrain.scheduler.engine.Input.Ordered;
import io.deeptrain.scheduler.engine.Input.Tick;
import io.deeptrain.scheduler.fleet.Fleet;
import io.deeptrain.scheduler.fleet.Fleet.Introduction;
import io.deeptrain.scheduler.fleet.Place;
import io.deeptrain.scheduler.fleet.WorkerView;
import io.deeptrain.scheduler.job.Budget;
import io.deeptrain.scheduler.job.Decision;
import io.deeptrain.scheduler.job.Directives;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.Ending.Succeeded;
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
import io.deeptrain.scheduler.job.Losses;
import io.deeptrain.scheduler.job.StopWish;
import io.deeptrain.scheduler.queue.Contender.Claimant;
import io.deeptrain.scheduler.queue.Contender.Holder;
import io.deeptrain.scheduler.queue.JobQueue;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.Room;
import io.deeptrain.scheduler.queue.Shape;
import io.deeptrain.scheduler.queue.Standing;
import io.deeptrain.scheduler.queue.TenantUse;
import io.deeptrain.scheduler.queue.Ticket;
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
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;

/**
 * The scheduler as a fold: what was heard and the passing of time in, decisions out. It does no I/O, asks no clock,
 * draws no random number and belongs to one thread, so that the same inputs always give the same decisions.
 *
 * <p>One cycle, for each input:
 *
 * <ol>
 *   <li>The clocks move. Time never goes back; heard time advances by what the own pulses show, at most
 *       {@link #HEARD_STEP_MAX} a tick. Jobs whose back-off is over wait for their turn again.
 *   <li>What was heard is folded: each event becomes a command to one job, which the job's own rules accept or refuse.
 *       What is known already changes nothing, so that a record may be delivered again.
 *   <li>At a tick, leases whose term has passed lapse, attempts without new work are given up, silent workers are
 *       forgotten. Who failed too often gets no new work, and jobs fail that can never run.
 *   <li>At a tick, assignments and stops that nobody has acknowledged are sent again.
 *   <li>A job that others made room for is assigned there. As long as the job whose turn it is fits on a worker, it is
 *       assigned there.
 *   <li>At a tick, running jobs are asked to make room for one of those that still wait.
 * </ol>
 *
 * <p>What an operator orders is an input like any other, see {@link Operator}.
 *
 * <p>The caller commits the decisions, or throws the engine away and {@linkplain #restore restores} another one.
 */
public final class SchedulerEngine {
    /** A tick after a pause of the control plane must not use up a lease at once. */
    public static final Duration HEARD_STEP_MAX = Duration.ofSeconds(2);

    /** Whoever was asked to make room has so long. Then the room is no longer kept, and others may be asked. */
    static final Duration CLAIM_MAX = Duration.ofMinutes(1);

    /** One look a second for a job to make room for, as it means to look at all that run. */
    private static final Duration CLAIM_PAUSE = Duration.ofSeconds(1);

    private final Operator operator;
    private final Map<JobId, JobRecord> jobs = new HashMap<>();
    private final Deque<JobId> ended = new ArrayDeque<>();
    private final Set<JobId> held = new HashSet<>();
    private final Fleet fleet;
    private final Faults faults;
    private final Impossible impossible;
    private final Capacity capacity = new Capacity();
    private final Room room = new FleetRoom();
    private final Claims claims = new Claims();
    private final Stops stops = new Stops();
    private final Map<JobId, Watch> watches = new HashMap<>();
    private final Map<WorkerId, TreeSet<JobId>> leasedTo = new HashMap<>();
    private final PriorityQueue<WatchTimer> watchTimers = new PriorityQueue<>();
    private final PriorityQueue<ResendTimer> resendTimers = new PriorityQueue<>();

    /** With the limits that count now. */
    private EngineSettings settings;

    private JobQueue queue;
    private Instant now = Instant.EPOCH;
    private Optional<Instant> heardUpTo = Optional.empty();
    private long heardNanos;
    private Instant claimNotBefore = Instant.EPOCH;
    private long arrivals;
    private long timersSet;

    private List<JobEvent> history = new ArrayList<>();
    private List<AssignmentEvent> assignments = new ArrayList<>();
    private Set<JobId> changedJobs = new LinkedHashSet<>();
    private Optional<Answer> answer = Optional.empty();

    public SchedulerEngine(EngineSettings settings) {
        this(settings, Controls.NONE);
    }

    private SchedulerEngine(EngineSettings configured, Controls controls) {
        settings = configured.withQueues(controls.over(configured.queues()));
        OperatorsHands hands = new OperatorsHands();
        operator = new Operator(configured.queues(), controls, hands);
        faults = new Faults(configured.quarantine(), operator, hands::attend);
        impossible = new Impossible(configured.impossibleAfter());
        queue = new JobQueue(settings.queues());
        fleet = new Fleet(settings.leaseTerm().toNanos());
        controls.conditions().keySet().forEach(workerId -> fleet.bar(workerId, controls.isBarred(workerId)));
        controls.standings().keySet().forEach(workerId -> fleet.bar(workerId, controls.isBarred(workerId)));
    }

    /**
     * An engine that goes on where another one stopped. Every lease has a fresh term, the workers are learned again
     * from their beats, and what may not have been acknowledged is sent again.
     */
    public static SchedulerEngine restore(Collection<JobRecord> records, Controls controls, EngineSettings settings) {
        SchedulerEngine engine = new SchedulerEngine(settings, controls);
        List<JobRecord> inOrder = new ArrayList<>(records);
        inOrder.sort(Comparator.comparingLong(JobRecord::arrival));
        engine.queue.recall(newestUse(inOrder));
        inOrder.forEach(engine::takeUp);
        inOrder.stream()
                .filter(job -> job.state() instanceof Ended)
                .sorted(Comparator.comparing(job -> endOf(job)))
                .forEach(job -> engine.remember(job.jobId()));
        return engine;
    }

    /** The same where nobody has ordered anything, and no worker has failed. */
    public static SchedulerEngine restore(Collection<JobRecord> records, EngineSettings settings) {
        return restore(records, Controls.NONE, settings);
    }

    /**
     * An engine that goes on as the one that gave the snapshot would: with the same workers, and the same room kept.
     * The settings may be others. Every lease has a fresh term.
     */
    public static SchedulerEngine copyOf(EngineSnapshot snapshot, EngineSettings settings) {
        SchedulerEngine copy = new SchedulerEngine(settings, snapshot.controls().withoutQueues());
        copy.now = snapshot.now();
        copy.queue.recall(snapshot.uses());
        copy.queue.advanceTo(copy.now);
        snapshot.places().forEach(copy::settle);
        snapshot.jobs().forEach(copy::takeUp);
        snapshot.claims().forEach(copy::keep);
        snapshot.recent().stream().filter(job -> job.state() instanceof Ended).forEach(job -> {
            copy.takeUp(job);
            copy.remember(job.jobId());
        });
        if (snapshot.fleetGpus().isPresent()) {
            copy.queue.resize(Shape.ANY_CLASS, snapshot.fleetGpus().getAsLong());
        }
        return copy;
    }

    /** All that decides what this engine does next, but what it has been told to say again. */
    public EngineSnapshot snapshot() {
        List<JobRecord> open = new ArrayList<>();
        List<JobRecord> recent = new ArrayList<>();
        for (JobRecord job : jobs.values()) {
            if (!(job.state() instanceof Ended)) {
                open.add(job);
            }
            if (job.arrival() > arrivals - EngineSnapshot.RECENT_MAX) {
                recent.add(job);
            }
        }
        recent.sort(Comparator.comparingLong(JobRecord::arrival));
        return new EngineSnapshot(
                now,
                settings,
                open,
                fleet.places(),
                claims.kept(),
                queue.uses(),
                queue.fleetGpus(Shape.ANY_CLASS),
                operator.controls(),
                recent);
    }

    private void settle(Place place) {
        WorkerBeat beat = place.lastBeat();
        fleet.introduce(beat, heardNanos);
        capacity.set(beat.workerId(), fleet.gpusAccepted(beat.workerId()));
        fleet.listed(beat.workerId(), beat.holdings(), place.strays());
    }

    private void keep(KeptRoom kept) {
        JobRecord job = job(kept.jobId());
        Holding reserved = new Holding(job.jobId(), job.state().token().next());
        IncarnationId incarnation = fleet.incarnationOf(kept.workerId())
                .orElseThrow(() -> new IllegalStateException("room is kept on a worker that is not there: " + kept));
        claims.add(new Claim(reserved, kept.workerId(), incarnation, kept.gpus(), kept.leaving(), kept.since()));
        fleet.occupy(kept.workerId(), reserved, kept.gpus());
    }

    public Decisions apply(Input input) {
        moveClocks(input);
        switch (input) {
            case Heard(RequestEvent request, var _) -> hearRequest(request);
            case Heard(AttemptEvent attempt, var _) -> hearAttempt(attempt);
            case Heard(WorkerBeat beat, var _) -> hearBeat(beat);
            case Heard(AssignmentEvent event, var _) -> throw unexpected(event);
            case Heard(JobEvent event, var _) -> throw unexpected(event);
            case Heard(ChargeEvent event, var _) -> throw unexpected(event);
            case Heard(SchedulerPulsed event, var _) -> throw unexpected(event);
            case Ordered(var order, var _) -> answer = Optional.of(operator.obey(order, now));
            case Tick _ -> {
                endWhatIsOverdue();
                resendUnacknowledged();
                operator.pursueMoves(now);
                faults.review(capacity.gpus() == 0, now);
                impossible
                        .find(fleet.gpusOfLargest(), jobs.values(), queue, now)
                        .forEach((jobId, failed) -> command(jobId, new JobCommand.Reject(failed)));
            }
        }
        assignWhereRoomWasMade();
        assignWhatFits();
        if (input instanceof Tick) {
            makeRoom();
        }
        return takeDecisions();
    }

    /** A job that this engine knows. It forgets ended ones after a while. */
    public JobRecord job(JobId jobId) {
        return find(jobId).orElseThrow(() -> new IllegalArgumentException("not a job of this engine: " + jobId));
    }

    public Optional<JobRecord> find(JobId jobId) {
        return Optional.ofNullable(jobs.get(jobId));
    }

    /** Every job that this engine knows, in no particular order. */
    public Collection<JobRecord> jobs() {
        return Collections.unmodifiableCollection(jobs.values());
    }

    public List<WorkerView> fleet() {
        return fleet.view();
    }

    /** Jobs that wait for a worker to have room. */
    public int readyCount() {
        return queue.readyCount();
    }

    /** Jobs that wait for the end of a back-off. */
    public int backingOffCount() {
        return queue.backingOffCount();
    }

    /** Jobs that wait and are kept from running by an operator. */
    public int heldCount() {
        return held.size();
    }

    /** What all waiting jobs ask for together, but those that are held. */
    public long gpusAsked() {
        return queue.gpusAsked();
    }

    private void moveClocks(Input input) {
        if (input.now().isAfter(now)) {
            now = input.now();
        }
        queue.advanceTo(now);
        if (input instanceof Tick(var _, var newest)) {
            Duration step =
                    heardUpTo.map(earlier -> Duration.between(earlier, newest)).orElse(Duration.ZERO);
            if (!step.isNegative()) {
                heardUpTo = Optional.of(newest);
                heardNanos += step.compareTo(HEARD_STEP_MAX) < 0 ? step.toNanos() : HEARD_STEP_MAX.toNanos();
            }
        }
    }

    private void hearRequest(RequestEvent request) {
        switch (request) {
            case TrainingRequested training -> admit(training);
            case TrainingStopRequested(var jobId, var _) -> stop(jobId, StopWish.OF_TENANT);
            case TrainingBudgetReached(var jobId, var _) -> stop(jobId, StopWish.OF_BUDGET);
            case TrainingCancelled(var jobId, var cancelledAt) -> command(jobId, new JobCommand.Cancel(cancelledAt));
            case JobSealed(var jobId, var _) -> command(jobId, new JobCommand.Seal());
        }
    }

    private void admit(TrainingRequested request) {
        if (jobs.containsKey(request.jobId())) {
            return;
        }
        arrivals++;
        JobRecord job = JobRecord.queued(request, arrivals, now);
        jobs.put(job.jobId(), job);
        queue.add(job.ticketIn(queue), now);
        changedJobs.add(job.jobId());
        history.add(JobHistory.opening(request, now));
    }

    /** Whoever holds the job is told at once; a job that waits remembers it for its next attempt. */
    private void stop(JobId jobId, StopWish wish) {
        if (command(jobId, new JobCommand.Stop(wish))) {
            Optional.ofNullable(watches.get(jobId)).ifPresent(this::stopIfWanted);
        }
    }

    private void hearAttempt(AttemptEvent event) {
        Holding holding = new Holding(event.jobId(), event.attempt());
        boolean isLast = isLast(event);
        if (isLast) {
            stops.settle(event.workerId(), holding);
            fleet.endedByWorker(event.workerId(), holding);
        }
        watchOver(holding).ifPresent(Watch::acknowledge);
        Losses earlier = find(event.jobId()).map(JobRecord::losses).orElse(Losses.NONE);
        boolean isAccepted = command(event.jobId(), commandOf(event));
        if (isAccepted && event instanceof AttemptFailed failed && failed.fault() == Fault.PLATFORM) {
            blame(event.workerId(), earlier);
        }
        Optional<Watch> watch = watchOver(holding);
        if (watch.isPresent() && isAccepted) {
            watch.get().progress(heardNanos);
            stopIfWanted(watch.get());
        }
        if (watch.isEmpty() && !isLast && !fleet.saidOver(event.workerId(), holding)) {
            fleet.incarnationOf(event.workerId())
                    .ifPresent(
                            incarnation -> requestStop(holding, event.workerId(), incarnation, StopReason.SUPERSEDED));
        }
    }

    private static boolean isLast(AttemptEvent event) {
        return switch (event) {
            case AttemptStarted _, ProgressReported _, CheckpointSaved _ -> false;
            case AttemptSucceeded _, AttemptFailed _, AttemptStopped _ -> true;
        };
    }

    private static JobCommand commandOf(AttemptEvent event) {
        return switch (event) {
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

    private void hearBeat(WorkerBeat beat) {
        WorkerId workerId = beat.workerId();
        Introduction introduction = fleet.introduce(beat, heardNanos);
        if (introduction != Introduction.RETIRED) {
            measure(workerId);
        }
        switch (introduction) {
            case RETIRED -> {
                beat.holdings()
                        .forEach(holding -> requestStop(holding, workerId, beat.incarnation(), StopReason.SUPERSEDED));
                return;
            }
            case NEW -> {
                claims.on(workerId).ifPresent(this::drop);
                welcome(beat);
            }
            case KNOWN -> {}
        }
        Map<Holding, Integer> strays = new LinkedHashMap<>();
        for (Holding holding : beat.holdings()) {
            Optional<Watch> watch = watchOver(holding).filter(candidate -> isHeldBy(candidate.lease(), beat));
            if (watch.isPresent()) {
                watch.get().acknowledge();
                watch.get().renew(heardNanos);
                stopIfWanted(watch.get());
            } else if (!fleet.saidOver(workerId, holding)) {
                strays.put(holding, find(holding.jobId()).map(JobRecord::gpus).orElse(1));
                requestStop(holding, workerId, beat.incarnation(), StopReason.SUPERSEDED);
            }
        }
        fleet.listed(workerId, beat.holdings(), strays);
        stops.settleUnlisted(workerId, beat.incarnation(), Set.copyOf(beat.holdings()));
        if (beat.readiness() == Readiness.GONE) {
            takeBackUnheard(beat);
            leave(workerId);
        }
    }

    /** A process that was not heard before. What an earlier process of this worker held is lost with it. */
    private void welcome(WorkerBeat beat) {
        for (JobId jobId : List.copyOf(leasedTo.getOrDefault(beat.workerId(), new TreeSet<>()))) {
            Watch watch = watches.get(jobId);
            if (watch == null) {
                throw new IllegalStateException("nobody watches over the lease on " + jobId);
            }
            if (isHeldBy(watch.lease(), beat)) {
                fleet.occupy(
                        beat.workerId(),
                        watch.lease().holdingOf(jobId),
                        job(jobId).gpus());
            } else {
                giveUp(
                        watch,
                        RequeueCause.LEASE_LAPSED,
                        "Worker %s came back as another process.".formatted(beat.workerId()));
            }
        }
    }

    /**
     * What was assigned while the worker said good-bye, nobody there has heard. It need not wait for its lease to
     * lapse, nor count as lost.
     */
    private void takeBackUnheard(WorkerBeat goodbye) {
        for (JobId jobId : List.copyOf(leasedTo.getOrDefault(goodbye.workerId(), new TreeSet<>()))) {
            Watch watch = watches.get(jobId);
            if (watch != null
                    && job(jobId).state() instanceof Assigned
                    && isHeldBy(watch.lease(), goodbye)
                    && !watch.isAcknowledged()) {
                command(jobId, new JobCommand.ConcludeStop(watch.lease().token(), StopReason.PREEMPTED, 0));
            }
        }
    }

    /** What the worker takes on may be more or less now. */
    private void measure(WorkerId workerId) {
        if (capacity.set(workerId, fleet.gpusAccepted(workerId))) {
            queue.resize(Shape.ANY_CLASS, capacity.gpus());
        }
    }

    private static boolean isHeldBy(Lease lease, WorkerBeat beat) {
        return lease.holder().equals(beat.workerId()) && lease.incarnation().equals(beat.incarnation());
    }

    private void leave(WorkerId workerId) {
        fleet.leave(workerId);
        forget(workerId);
    }

    private void forget(WorkerId workerId) {
        claims.on(workerId).ifPresent(this::drop);
        stops.settleAll(workerId);
        if (capacity.forget(workerId)) {
            queue.resize(Shape.ANY_CLASS, capacity.gpus());
        }
    }

    private void endWhatIsOverdue() {
        List<Watch> due = new ArrayList<>();
        while (!watchTimers.isEmpty() && watchTimers.peek().dueNanos() <= heardNanos) {
            Watch watch = watchTimers.remove().watch();
            if (!watch.isClosed()) {
                due.add(watch);
            }
        }
        // When a timer was set must not matter: a restored engine has set its own at another time.
        due.sort(Comparator.comparingLong(watch -> job(watch.jobId()).arrival()));
        due.forEach(this::endIfOverdue);
        fleet.forgetSilent(heardNanos).forEach(this::forget);
    }

    private void endIfOverdue(Watch watch) {
        long stalledNanos = stallNanos(watch);
        if (lapseNanos(watch) <= heardNanos) {
            giveUp(
                    watch,
                    RequeueCause.LEASE_LAPSED,
                    "Worker %s was not heard for %s.".formatted(watch.lease().holder(), settings.leaseTerm()));
        } else if (stalledNanos <= heardNanos) {
            Lease lease = watch.lease();
            giveUp(
                    watch,
                    RequeueCause.STALLED,
                    "Worker %s showed no new work for %s."
                            .formatted(lease.holder(), Duration.ofNanos(heardNanos - watch.progressedNanos())));
            requestStop(lease.holdingOf(watch.jobId()), lease.holder(), lease.incarnation(), StopReason.SUPERSEDED);
        } else {
            setTimer(watch);
        }
    }

    private long lapseNanos(Watch watch) {
        return watch.renewedNanos() + settings.leaseTerm().toNanos();
    }

    /** Only an attempt whose meter runs can stall. */
    private long stallNanos(Watch watch) {
        if (!(job(watch.jobId()).state() instanceof Running running)) {
            return Long.MAX_VALUE;
        }
        Duration limit = settings.stall().limitFor(running.progress().phase(), running.pace());
        return watch.progressedNanos() + limit.toNanos();
    }

    private void giveUp(Watch watch, RequeueCause cause, String detail) {
        Losses earlier = job(watch.jobId()).losses();
        command(watch.jobId(), new JobCommand.GiveUp(watch.lease().token(), cause, detail));
        blame(watch.lease().holder(), earlier);
    }

    private void blame(WorkerId workerId, Losses earlier) {
        faults.blame(workerId, earlier, fleet.size(), now);
    }

    private void resendUnacknowledged() {
        while (!resendTimers.isEmpty() && !resendTimers.peek().due().isAfter(now)) {
            Message message = resendTimers.remove().message();
            if (!message.isSettled()) {
                send(message);
            }
        }
    }

    private void assignWhatFits() {
        Optional<Ticket> next = queue.next(room);
        while (next.isPresent()) {
            assign(job(next.get().jobId()));
            next = queue.next(room);
        }
    }

    private void assignWhereRoomWasMade() {
        for (Claim claim : claims.ready()) {
            drop(claim);
            boolean hasRoom = fleet.view().stream()
                    .anyMatch(worker -> worker.workerId().equals(claim.workerId())
                            && worker.incarnation().equals(claim.incarnation())
                            && worker.readiness() == Readiness.ACCEPTING
                            && worker.gpusFree() >= claim.gpus());
            if (hasRoom) {
                command(claim.reserved().jobId(), new JobCommand.Assign(claim.workerId(), claim.incarnation()));
            }
        }
    }

    /** Asks for room for one job: on the worker where least work is lost, by name among equals. */
    private void makeRoom() {
        claims.madeBefore(now.minus(CLAIM_MAX)).forEach(this::drop);
        if (!settings.preemption().isEverAllowed() || claims.isFull() || now.isBefore(claimNotBefore)) {
            return;
        }
        claimNotBefore = now.plus(CLAIM_PAUSE);
        for (Ticket ticket : queue.claimants(room)) {
            if (claims.of(ticket.jobId()).isEmpty() && claimFor(job(ticket.jobId()))) {
                return;
            }
        }
    }

    private boolean claimFor(JobRecord job) {
        Claimant claimant = new Claimant(
                job.jobId(), job.tenant(), job.shape(), standing(job, queue.isEntitled(job.tenant(), job.shape())));
        Optional<WorkerView> cheapest = Optional.empty();
        List<Holder> victims = List.of();
        for (WorkerView worker : fleet.view()) {
            if (worker.readiness() == Readiness.ACCEPTING
                    && worker.gpus() >= job.gpus()
                    && claims.on(worker.workerId()).isEmpty()) {
                List<Holder> candidates = settings.preemption()
                        .victims(
                                claimant,
                                holdersOn(worker.workerId()),
                                queue.lendable(Shape.ANY_CLASS, worker.gpusFree()),
                                queue);
                if (!candidates.isEmpty()
                        && (victims.isEmpty()
                                || settings.preemption().lostGpuMillis(candidates)
                                        < settings.preemption().lostGpuMillis(victims))) {
                    cheapest = Optional.of(worker);
                    victims = candidates;
                }
            }
        }
        List<Holder> chosen = victims;
        cheapest.ifPresent(worker -> claim(job, worker, chosen));
        return cheapest.isPresent();
    }

    private void claim(JobRecord job, WorkerView worker, List<Holder> victims) {
        List<Holding> leaving = victims.stream()
                .map(victim ->
                        new Holding(victim.jobId(), job(victim.jobId()).state().token()))
                .toList();
        Holding reserved = new Holding(job.jobId(), job.state().token().next());
        claims.add(new Claim(reserved, worker.workerId(), worker.incarnation(), job.gpus(), leaving, now));
        fleet.occupy(worker.workerId(), reserved, job.gpus());
        leaving.forEach(holding -> requestStop(holding, worker.workerId(), worker.incarnation(), StopReason.PREEMPTED));
    }

    private void drop(Claim claim) {
        claims.remove(claim);
        fleet.vacate(claim.workerId(), claim.reserved());
    }

    /** Those that run on the worker and go on as far as anybody knows. */
    private List<Holder> holdersOn(WorkerId workerId) {
        List<Holder> holders = new ArrayList<>();
        for (JobId jobId : leasedTo.getOrDefault(workerId, new TreeSet<>())) {
            JobRecord job = job(jobId);
            Watch watch = watches.get(jobId);
            if (watch != null
                    && job.state() instanceof Running running
                    && wantedStop(job).isEmpty()) {
                holders.add(new Holder(
                        jobId,
                        job.tenant(),
                        job.shape(),
                        standing(job, watch.isEntitled()),
                        Duration.between(running.startedAt(), now),
                        Duration.ofMillis(running.unsavedMillis()),
                        running.preemptions()));
            }
        }
        return holders;
    }

    private Standing standing(JobRecord job, boolean entitled) {
        return queue.standing(
                job.priorityIn(queue), job.request().requestedAt(), job.remainingWork(), entitled, job.arrival());
    }

    private void assign(JobRecord job) {
        if (!(job.state() instanceof Queued queued)) {
            throw new IllegalStateException("in the queue, but not queued: " + job);
        }
        WorkerId workerId = fleet.roomFor(job.gpus(), queued.losses().workers())
                .orElseThrow(() -> new IllegalStateException("no worker has room for " + job));
        IncarnationId incarnation = fleet.incarnationOf(workerId)
                .orElseThrow(() -> new IllegalStateException("has room, but is not there: " + workerId));
        if (!command(job.jobId(), new JobCommand.Assign(workerId, incarnation))) {
            throw new IllegalStateException("its turn, but not to be assigned: " + job);
        }
    }

    /** Decides, and lets happen what follows. Answers whether anything did. */
    private boolean command(JobId jobId, JobCommand command) {
        JobRecord job = jobs.get(jobId);
        if (job == null) {
            return false;
        }
        return switch (JobMachine.decide(job.state(), command, settings.retry(), now)) {
            case Decision.Accepted(var fact) -> {
                happen(job, fact);
                yield true;
            }
            case Decision.Refused _ -> false;
        };
    }

    private void happen(JobRecord before, JobFact fact) {
        Optional<JobEvent> entry = JobHistory.entry(before, fact, now);
        entry.ifPresent(history::add);
        long sequence = entry.map(JobEvent::sequence).orElse(before.sequence());
        JobRecord evolved = before.with(JobMachine.evolve(before.state(), fact), sequence);
        JobRecord after = fact instanceof JobFact.Assigned
                ? evolved.with(evolved.directives().withoutMove())
                : evolved;
        changedJobs.add(after.jobId());
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
            claims.of(before.jobId()).ifPresent(this::drop);
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
            case Assigned(var lease, var _, var lineage, var _) -> {
                Message assignment = new Message(assignmentOf(after, lease, lineage));
                seize(after, lease, assignment);
                send(assignment);
            }
            case Cancelling(var lease, var _, var _, var _) -> {
                watchOver(lease.holdingOf(after.jobId())).ifPresent(Watch::acknowledge);
                requestStop(lease.holdingOf(after.jobId()), lease.holder(), lease.incarnation(), StopReason.CANCELLED);
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

    private void seize(JobRecord job, Lease lease, Message assignment) {
        boolean entitled = queue.isEntitled(job.tenant(), job.shape());
        Watch watch = new Watch(job.jobId(), lease, assignment, entitled, heardNanos);
        watches.put(job.jobId(), watch);
        setTimer(watch);
        leasedTo.computeIfAbsent(lease.holder(), _ -> new TreeSet<>()).add(job.jobId());
        fleet.occupy(lease.holder(), lease.holdingOf(job.jobId()), job.gpus());
        queue.began(job.tenant(), job.shape());
    }

    private TenantUse release(JobRecord job, Lease lease) {
        Holding holding = lease.holdingOf(job.jobId());
        Watch watch = watches.remove(job.jobId());
        if (watch == null) {
            throw new IllegalStateException("nobody watches over the lease on " + job.jobId());
        }
        watch.close();
        TreeSet<JobId> ofHolder = leasedTo.get(lease.holder());
        if (ofHolder != null && ofHolder.remove(job.jobId()) && ofHolder.isEmpty()) {
            leasedTo.remove(lease.holder());
        }
        stops.settle(lease.holder(), holding);
        fleet.vacate(lease.holder(), holding);
        claims.on(lease.holder()).filter(claim -> claim.awaits(holding)).ifPresent(claim -> {
            if (fleet.saidOver(lease.holder(), holding)) {
                claim.left(holding);
            } else {
                drop(claim);
            }
        });
        claims.of(job.jobId()).ifPresent(claim -> claim.left(holding));
        return queue.ended(job.tenant(), job.shape(), Duration.between(lease.grantedAt(), now));
    }

    private void remember(JobId endedJob) {
        ended.add(endedJob);
        while (ended.size() > settings.endedKeptMax()) {
            jobs.remove(ended.remove());
        }
    }

    private void stopIfWanted(Watch watch) {
        JobRecord job = job(watch.jobId());
        Lease lease = watch.lease();
        wantedStop(job)
                .ifPresent(reason ->
                        requestStop(lease.holdingOf(job.jobId()), lease.holder(), lease.incarnation(), reason));
    }

    private Optional<StopReason> wantedStop(JobRecord job) {
        return switch (job.state()) {
            case Cancelling _ -> Optional.of(StopReason.CANCELLED);
            case Assigned assigned
            when assigned.stopWish() != StopWish.NONE -> assigned.stopWish().reason();
            case Running running
            when running.stopWish() != StopWish.NONE -> running.stopWish().reason();
            case Running running
            when Budget.of(job.request()).reachedBy(running.billableMillis()) -> Optional.of(StopReason.BUDGET_REACHED);
            case Assigned(var lease, var _, var _, var _)
            when operator.wantsAway(job, lease) -> Optional.of(StopReason.PREEMPTED);
            case Running running when operator.wantsAway(job, running.lease()) -> Optional.of(StopReason.PREEMPTED);
            case Queued _, Assigned _, Running _, Finishing _, Ended _ -> Optional.empty();
        };
    }

    private void requestStop(Holding holding, WorkerId workerId, IncarnationId incarnation, StopReason reason) {
        stops.request(stopOf(holding, workerId, incarnation, reason)).ifPresent(this::send);
    }

    private void send(Message message) {
        assignments.add(message.event());
        setTimer(message, now.plus(settings.resendAfter()));
    }

    private void setTimer(Message message, Instant due) {
        resendTimers.add(new ResendTimer(due, timersSet++, message));
    }

    private void setTimer(Watch watch) {
        watchTimers.add(new WatchTimer(Math.min(lapseNanos(watch), stallNanos(watch)), timersSet++, watch));
    }

    private Optional<Watch> watchOver(Holding holding) {
        return Optional.ofNullable(watches.get(holding.jobId()))
                .filter(watch -> watch.lease().token().equals(holding.attempt()));
    }

    private Decisions takeDecisions() {
        Decisions decisions = new Decisions(history, assignments, changedJobs, operator.takeChanged(), answer);
        answer = Optional.empty();
        history = new ArrayList<>();
        assignments = new ArrayList<>();
        changedJobs = new LinkedHashSet<>();
        return decisions;
    }

    private static Map<Tenant, TenantUse> newestUse(List<JobRecord> records) {
        Map<Tenant, TenantUse> newest = new HashMap<>();
        for (JobRecord job : records) {
            newest.merge(job.tenant(), job.tenantUse(), (one, other) -> one.isNewerThan(other) ? one : other);
        }
        return newest;
    }

    /** Lets a stored job go on. */
    private void takeUp(JobRecord job) {
        arrivals = Math.max(arrivals, job.arrival());
        jobs.put(job.jobId(), job);
        operator.takeUp(job);
        switch (job.state()) {
            case Queued queued -> enterLine(job, queued);
            case Assigned(var lease, var _, var lineage, var _) -> {
                Message assignment = new Message(assignmentOf(job, lease, lineage));
                seize(job, lease, assignment);
                setTimer(assignment, now);
            }
            case Running running -> seizeHeard(job, running.lease(), running.startedFrom());
            case Cancelling(var lease, var _, var _, var _) -> seizeHeard(job, lease, Lineage.SCRATCH);
            case Finishing _, Ended _ -> {}
        }
    }

    /** Its worker has heard of this lease. Whether it has heard of a stop that is wanted is not known. */
    private void seizeHeard(JobRecord job, Lease lease, Lineage lineage) {
        Message assignment = new Message(assignmentOf(job, lease, lineage));
        assignment.settle();
        seize(job, lease, assignment);
        wantedStop(job)
                .flatMap(reason -> stops.request(
                        stopOf(lease.holdingOf(job.jobId()), lease.holder(), lease.incarnation(), reason)))
                .ifPresent(stop -> setTimer(stop, now));
    }

    private static AttemptAssigned assignmentOf(JobRecord job, Lease lease, Lineage lineage) {
        return new AttemptAssigned(
                job.jobId(),
                lease.token(),
                lease.holder(),
                lease.incarnation(),
                job.tenant(),
                job.request().spec(),
                lineage.origin());
    }

    private static AttemptStopRequested stopOf(
            Holding holding, WorkerId workerId, IncarnationId incarnation, StopReason reason) {
        return new AttemptStopRequested(holding.jobId(), holding.attempt(), workerId, incarnation, reason);
    }

    private static Instant endOf(JobRecord job) {
        return switch (job.state()) {
            case Ended(var _, var _, var _, var at) -> at;
            case Queued _, Assigned _, Running _, Cancelling _, Finishing _ ->
                throw new IllegalStateException("has not ended: " + job);
        };
    }

    private static IllegalArgumentException unexpected(Event event) {
        return new IllegalArgumentException("not an event that the scheduler acts on: " + event);
    }

    private final class FleetRoom implements Room {
        @Override
        public boolean has(Shape shape) {
            return shape.gpus() <= fleet.gpusFreeMax();
        }

        @Override
        public boolean canEverHave(Shape shape) {
            return shape.gpus() <= capacity.gpusOfLargest();
        }
    }

    /** What is done for an operator. */
    private final class OperatorsHands implements Operator.Hands {
        @Override
        public Optional<JobRecord> find(JobId jobId) {
            return SchedulerEngine.this.find(jobId);
        }

        @Override
        public Optional<Place> place(WorkerId workerId) {
            return fleet.place(workerId);
        }

        @Override
        public boolean isReserved(WorkerId workerId, JobId except) {
            return claims.on(workerId)
                    .filter(claim -> !claim.reserved().jobId().equals(except))
                    .isPresent();
        }

        @Override
        public boolean hasReserved(JobId jobId) {
            return claims.of(jobId).isPresent();
        }

        /** Everybody takes a new place; costs a step for each job. */
        @Override
        public void rearrange(QueueSettings queues) {
            JobQueue before = queue;
            settings = settings.withQueues(queues);
            impossible.limitsChanged(now);
            queue = new JobQueue(queues);
            queue.recall(before.uses());
            queue.advanceTo(now);
            before.fleetGpus(Shape.ANY_CLASS).ifPresent(gpus -> queue.resize(Shape.ANY_CLASS, gpus));
            List<JobRecord> inOrder = new ArrayList<>(jobs.values());
            inOrder.sort(Comparator.comparingLong(JobRecord::arrival));
            for (JobRecord job : inOrder) {
                if (job.state() instanceof Queued queued) {
                    enterLine(job, queued);
                } else if (job.state() instanceof Leased) {
                    queue.began(job.tenant(), job.shape());
                }
            }
        }

        @Override
        public void attend(WorkerId workerId) {
            fleet.bar(workerId, operator.controls().isBarred(workerId));
            measure(workerId);
            for (JobId jobId : leasedTo.getOrDefault(workerId, new TreeSet<>())) {
                Optional.ofNullable(watches.get(jobId)).ifPresent(SchedulerEngine.this::stopIfWanted);
            }
        }

        @Override
        public void direct(JobRecord job, Directives directives) {
            JobRecord directed = job.with(directives);
            if (job.state() instanceof Queued queued) {
                leaveLine(job, queued);
                enterLine(directed, queued);
            }
            jobs.put(job.jobId(), directed);
            changedJobs.add(job.jobId());
            Optional.ofNullable(watches.get(job.jobId())).ifPresent(SchedulerEngine.this::stopIfWanted);
        }

        @Override
        public void reserve(JobRecord job, WorkerId workerId) {
            IncarnationId incarnation = fleet.incarnationOf(workerId)
                    .orElseThrow(() -> new IllegalStateException("has room, but is not there: " + workerId));
            List<Holding> leaving = job.state() instanceof Leased leased
                    ? List.of(leased.lease().holdingOf(job.jobId()))
                    : List.of();
            Holding reserved = new Holding(job.jobId(), job.state().token().next());
            claims.add(new Claim(reserved, workerId, incarnation, job.gpus(), leaving, now));
            fleet.occupy(workerId, reserved, job.gpus());
            Optional.ofNullable(watches.get(job.jobId())).ifPresent(SchedulerEngine.this::stopIfWanted);
        }

        @Override
        public void giveUpRoom(JobId jobId) {
            claims.of(jobId).ifPresent(SchedulerEngine.this::drop);
        }
    }

    private record WatchTimer(long dueNanos, long order, Watch watch) implements Comparable<WatchTimer> {
        @Override
        public int compareTo(WatchTimer other) {
            int byTime = Long.compare(dueNanos, other.dueNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private record ResendTimer(Instant due, long order, Message message) implements Comparable<ResendTimer> {
        @Override
        public int compareTo(ResendTimer other) {
            int byTime = due.compareTo(other.due);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }
}
