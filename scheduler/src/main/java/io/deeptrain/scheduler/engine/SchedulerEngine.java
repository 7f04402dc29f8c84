package io.deeptrain.scheduler.engine;

import io.deeptrain.event.FleetEvent.GangDoor;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Span;
import io.deeptrain.event.Span.Partner;
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
import io.deeptrain.scheduler.fleet.Place;
import io.deeptrain.scheduler.fleet.WorkerView;
import io.deeptrain.scheduler.job.Directives;
import io.deeptrain.scheduler.job.JobCommand;
import io.deeptrain.scheduler.job.JobDecision;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Ended;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.placement.RoomIndex.Share;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.Room;
import io.deeptrain.scheduler.queue.Shape;
import io.deeptrain.scheduler.queue.TenantUse;
import io.deeptrain.scheduler.queue.Ticket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The scheduler as a fold: what was heard and the passing of time in, decisions out. It does no I/O, asks no clock,
 * draws no random number and belongs to one thread, so that the same inputs always give the same decisions.
 *
 * <p>One cycle, for each input:
 *
 * <ol>
 *   <li>The clocks move, see {@link Clocks}. Jobs whose back-off is over wait for their turn again.
 *   <li>What was heard is folded, see {@link Hearing}: each event becomes a command to one job, which the job's own
 *       rules accept or refuse, see {@link JobBook}. What an operator orders is an input like any other, see
 *       {@link Operator}.
 *   <li>At a tick, leases whose term has passed lapse, attempts without new work are given up and silent workers are
 *       forgotten, see {@link Workforce}.
 *   <li>At a tick, assignments and stops that nobody has acknowledged are sent again, see {@link Outgoing}. Who failed
 *       too often gets no new work, see {@link Faults}, and jobs fail that can never run, see {@link Impossible}.
 *   <li>A job that others made room for is assigned there. As long as the job whose turn it is fits on a worker, it is
 *       assigned there; elastic jobs get what is left, see {@link ElasticSeats} and {@link Resizing}.
 *   <li>At a tick, while a job goes first of all that there is no room for, others start that do not delay it, see
 *       {@link Backfill}.
 *   <li>At a tick, running jobs are asked to make room for one of those that still wait, see {@link RoomMaking}.
 * </ol>
 *
 * <p>The caller commits the decisions, or throws the engine away and {@linkplain #restore restores} another one.
 */
public final class SchedulerEngine {
    private final Clocks clocks;
    private final Fleet fleet;
    private final Leases leases = new Leases();
    private final Claims claims = new Claims();
    private final Outgoing outgoing;
    private final JobBook book;
    private final Operator operator;
    private final Faults faults;
    private final Impossible impossible;
    private final Workforce workforce;
    private final Hearing hearing;
    private final RoomMaking roomMaking;
    private final Resizing resizing;
    private final ElasticSeats seats;
    private final Backfill backfill;
    private final Room room = new FleetRoom();

    /** With the limits that count now. */
    private EngineSettings settings;

    private final List<JobDecision> remarks = new ArrayList<>();
    private Optional<Answer> answer = Optional.empty();

    public SchedulerEngine(EngineSettings settings) {
        this(settings, Controls.NONE, Instant.EPOCH);
    }

    private SchedulerEngine(EngineSettings configured, Controls controls, Instant now) {
        settings = configured.withQueues(controls.over(configured.queues()));
        clocks = new Clocks(now);
        fleet = new Fleet(settings.leaseTerm().toNanos(), settings.sharedWorkers());
        outgoing = new Outgoing(settings.resendAfter());
        OperatorsHands hands = new OperatorsHands();
        operator = new Operator(configured.queues(), controls, hands);
        faults = new Faults(configured.quarantine(), operator, hands::attend);
        impossible = new Impossible(configured.impossibleAfter());
        EngineState state = new EngineState(clocks, fleet, leases, claims, outgoing);
        book = new JobBook(settings, state, operator::wantsAway);
        workforce = new Workforce(settings, book, state, faults);
        roomMaking = new RoomMaking(settings, book, state);
        resizing = new Resizing(settings, book, state, room);
        seats = new ElasticSeats(settings, book, state);
        backfill = new Backfill(settings, book, state);
        hearing = new Hearing(book, state, workforce, resizing);
        controls.conditions().keySet().forEach(workerId -> fleet.bar(workerId, controls.isBarred(workerId)));
        controls.standings().keySet().forEach(workerId -> fleet.bar(workerId, controls.isBarred(workerId)));
    }

    /**
     * An engine that goes on where another one stopped. Every lease has a fresh term, the workers are learned again
     * from their beats, and what may not have been acknowledged is sent again.
     *
     * @param now no later than the first input. It changes no decision: who has waited long enough by then need not be
     *     put behind those who have not, only to come forward with the first input
     */
    public static SchedulerEngine restore(
            Collection<JobRecord> records, Controls controls, EngineSettings settings, Instant now) {
        SchedulerEngine engine = new SchedulerEngine(settings, controls, Instant.EPOCH);
        engine.book.queue().recall(newestUse(records));
        engine.book.queue().advanceTo(now);
        engine.takeUp(records);
        return engine;
    }

    /** The same where the time is not known. */
    public static SchedulerEngine restore(Collection<JobRecord> records, Controls controls, EngineSettings settings) {
        return restore(records, controls, settings, Instant.EPOCH);
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
        SchedulerEngine copy = new SchedulerEngine(settings, snapshot.controls().withoutQueues(), snapshot.now());
        copy.book.queue().recall(snapshot.uses());
        copy.book.queue().advanceTo(snapshot.now());
        snapshot.places().forEach(copy::settle);
        copy.takeUp(snapshot.jobs());
        snapshot.claims().forEach(copy::keep);
        copy.takeUp(snapshot.recent().stream()
                .filter(job -> job.state() instanceof Ended)
                .toList());
        snapshot.fleetMilli().ifPresent(gpuMilli -> copy.book.queue().resizeMilli(Shape.ANY_CLASS, gpuMilli));
        return copy;
    }

    /** All that decides what this engine does next, but what it has been told to say again. */
    public EngineSnapshot snapshot() {
        List<JobRecord> open = new ArrayList<>();
        List<JobRecord> recent = new ArrayList<>();
        for (JobRecord job : book.all()) {
            if (!(job.state() instanceof Ended)) {
                open.add(job);
            }
            if (job.arrival() > book.arrivals() - EngineSnapshot.RECENT_MAX) {
                recent.add(job);
            }
        }
        recent.sort(Comparator.comparingLong(JobRecord::arrival));
        return new EngineSnapshot(
                clocks.now(),
                settings,
                open,
                fleet.places(),
                claims.kept(),
                book.queue().uses(),
                book.queue().fleetMilli(Shape.ANY_CLASS),
                operator.controls(),
                recent);
    }

    public Decisions apply(Input input) {
        clocks.move(input);
        book.queue().advanceTo(clocks.now());
        switch (input) {
            case Heard(var event, var _) -> hearing.hear(event);
            case Ordered(var order, var _) -> answer = Optional.of(operator.obey(order, clocks.now()));
            case Tick _ -> {
                workforce.endWhatIsOverdue();
                outgoing.sendAgainWhatIsDue(clocks.now());
                operator.pursueMoves(clocks.now());
                faults.review(workforce.capacity().gpuMilli() == 0, clocks.now());
                failWhatIsImpossible();
            }
        }
        roomMaking.assignWhereRoomWasMade();
        assignWhatFits();
        if (input instanceof Tick) {
            backfill.assignBeside(room);
            roomMaking.makeRoom(room);
        }
        return takeDecisions();
    }

    private void failWhatIsImpossible() {
        impossible
                .find(fleet, book.all(), book.queue(), clocks.now())
                .forEach((jobId, failed) -> book.command(jobId, new JobCommand.Reject(failed)));
    }

    private void assignWhatFits() {
        resizing.seatThoseThatLeft(seats);
        Optional<Ticket> next = book.queue().next(room);
        while (next.isPresent()) {
            JobRecord job = job(next.get().jobId());
            // Over several workers it runs with the least that it asks for.
            if (job.isElastic() && job.gpus() <= fleet.gpusFreeOnOne(job.kind())) {
                seats.take(job);
            } else {
                assign(job);
            }
            next = book.queue().next(room);
        }
        seats.assign(room);
    }

    private void assign(JobRecord job) {
        if (!(job.state() instanceof Queued queued)) {
            throw new IllegalStateException("in the queue, but not queued: " + job);
        }
        List<WorkerId> avoided = queued.losses().workers();
        JobCommand.Assign assign = fleet.roomFor(job.kind(), job.gpus(), avoided)
                .map(workerId -> new JobCommand.Assign(workerId, incarnationOf(workerId), job.gpus()))
                .orElseGet(() -> overSeveral(job, avoided));
        if (!book.command(job.jobId(), assign)) {
            throw new IllegalStateException("its turn, but not to be assigned: " + job);
        }
    }

    /** The worker that gives most leads. */
    private JobCommand.Assign overSeveral(JobRecord job, List<WorkerId> avoided) {
        List<Share> shares = fleet.sharesFor(job.kind(), job.gpus(), avoided)
                .orElseThrow(() -> new IllegalStateException("no worker has room for " + job));
        WorkerId leader = shares.getFirst().workerId();
        String rendezvous = fleet.doorOf(leader)
                .map(GangDoor::address)
                .orElseThrow(() -> new IllegalStateException("shares an attempt, but has no door: " + leader));
        List<Partner> partners = shares.stream()
                .skip(1)
                .map(share -> new Partner(share.workerId(), incarnationOf(share.workerId()), share.gpus()))
                .toList();
        remarks.add(new JobDecision(
                job.jobId(),
                clocks.now(),
                "spread",
                "No worker has room for all of its %d GPUs: it gets %s, which worker %s leads."
                        .formatted(
                                job.gpus(),
                                shares.stream()
                                        .map(share -> "%d of %s".formatted(share.gpus(), share.workerId()))
                                        .collect(Collectors.joining(", ")),
                                leader)));
        return new JobCommand.Assign(
                leader, incarnationOf(leader), job.gpus(), Optional.of(new Span(rendezvous, partners)));
    }

    private IncarnationId incarnationOf(WorkerId workerId) {
        return fleet.incarnationOf(workerId)
                .orElseThrow(() -> new IllegalStateException("has room, but is not there: " + workerId));
    }

    private Decisions takeDecisions() {
        Decisions decisions = new Decisions(
                book.takeHistory(), takeRemarks(), outgoing.take(), book.takeChanged(), operator.takeChanged(), answer);
        answer = Optional.empty();
        return decisions;
    }

    private List<JobDecision> takeRemarks() {
        List<JobDecision> taken = new ArrayList<>(remarks);
        remarks.clear();
        taken.addAll(backfill.takeRemarks());
        taken.addAll(roomMaking.takeRemarks());
        taken.addAll(resizing.takeRemarks());
        return taken;
    }

    /** A job that this engine knows. It forgets ended ones after a while. */
    public JobRecord job(JobId jobId) {
        return book.job(jobId);
    }

    public Optional<JobRecord> find(JobId jobId) {
        return book.find(jobId);
    }

    /** Every job that this engine knows, in no particular order. */
    public Collection<JobRecord> jobs() {
        return book.all();
    }

    public List<WorkerView> fleet() {
        return fleet.view();
    }

    /** Jobs that wait for a worker to have room. */
    public int readyCount() {
        return book.queue().readyCount();
    }

    /** Jobs that wait for the end of a back-off. */
    public int backingOffCount() {
        return book.queue().backingOffCount();
    }

    /** Jobs that wait and are kept from running by an operator. */
    public int heldCount() {
        return book.heldCount();
    }

    /** What all waiting jobs ask for together, but those that are held. */
    public long gpusAsked() {
        return book.queue().gpusAsked();
    }

    private static Map<Tenant, TenantUse> newestUse(Collection<JobRecord> records) {
        Map<Tenant, TenantUse> newest = new HashMap<>();
        for (JobRecord job : records) {
            if (job.tenantUse().isNewerThan(TenantUse.NONE)) {
                newest.merge(job.tenant(), job.tenantUse(), (one, other) -> one.isNewerThan(other) ? one : other);
            }
        }
        return newest;
    }

    private void takeUp(Collection<JobRecord> records) {
        records.forEach(operator::takeUp);
        book.takeUp(records);
    }

    private void settle(Place place) {
        WorkerBeat beat = place.lastBeat();
        fleet.introduce(beat, clocks.heardNanos());
        workforce.capacity().set(beat.workerId(), fleet.milliAccepted(beat.workerId()));
        fleet.listed(beat.workerId(), beat.holdings(), place.strays());
    }

    private void keep(KeptRoom kept) {
        keepRoom(job(kept.jobId()), kept.workerId(), kept.gpus(), kept.leaving(), kept.since());
    }

    private void keepRoom(JobRecord job, WorkerId workerId, int gpus, Collection<Holding> leaving, Instant since) {
        Holding reserved = new Holding(job.jobId(), job.state().token().next());
        claims.add(new Claim(reserved, workerId, incarnationOf(workerId), gpus, leaving, since));
        fleet.occupy(workerId, reserved, gpus);
    }

    private final class FleetRoom implements Room {
        @Override
        public boolean has(Shape shape) {
            return shape.gpus() <= fleet.gpusFreeMax(shape.kind());
        }

        @Override
        public boolean canEverHave(Shape shape) {
            return shape.gpus() <= fleet.gpusAcceptedMax(shape.kind());
        }
    }

    /** What is done for an operator. */
    private final class OperatorsHands implements Operator.Hands {
        @Override
        public Optional<JobRecord> find(JobId jobId) {
            return book.find(jobId);
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

        @Override
        public void rearrange(QueueSettings queues) {
            settings = settings.withQueues(queues);
            impossible.limitsChanged(clocks.now());
            book.rearrange(queues);
        }

        @Override
        public void attend(WorkerId workerId) {
            fleet.bar(workerId, operator.controls().isBarred(workerId));
            workforce.measure(workerId);
            leases.heldBy(workerId).forEach(book::stopIfWanted);
            leases.sharedBy(workerId).forEach(book::stopIfWanted);
        }

        @Override
        public void direct(JobRecord job, Directives directives) {
            book.direct(job, directives);
        }

        @Override
        public void reserve(JobRecord job, WorkerId workerId) {
            List<Holding> leaving = job.state() instanceof Leased leased
                    ? List.of(leased.lease().holdingOf(job.jobId()))
                    : List.of();
            keepRoom(job, workerId, job.gpus(), leaving, clocks.now());
            leases.of(job.jobId()).ifPresent(book::stopIfWanted);
        }

        @Override
        public void giveUpRoom(JobId jobId) {
            claims.of(jobId).ifPresent(book::drop);
        }
    }
}
