package io.deeptrain.simulation;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.Event;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCheckpointed;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Span;
import io.deeptrain.event.Span.Partner;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.job.Budget;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.job.StopWish;
import io.deeptrain.scheduler.placement.QuarantineRule.Standing;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.worker.attempt.AttemptId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The invariants of who runs when and where: making room, trying again, shares and urgency. */
final class QueueChecks {
    private static final Duration ROOM_KEPT_MAX = Duration.ofMinutes(1);

    /** A look a second for somebody to make room, and what it takes to ask. */
    private static final long URGENT_WAIT_MAX_MILLIS = 5_000;

    private final World world;
    private final Map<JobId, HistoryLine> lines;
    private final OrderChecks orders;
    private final Map<WorkerId, WorkerBeat> beats = new HashMap<>();
    private final Map<AttemptId, AttemptAssigned> assigned = new HashMap<>();
    private final Set<AttemptId> askedToMakeRoom = new HashSet<>();
    private final Map<WorkerId, Instant> roomMadeAt = new HashMap<>();
    private Map<JobId, JobRecord> before = Map.of();
    private Map<WorkerId, Standing> standingsBefore = Map.of();
    private Instant committedAt = Instant.EPOCH;
    private long urgentSinceMillis = Long.MAX_VALUE;

    QueueChecks(World world, Map<JobId, HistoryLine> lines, OrderChecks orders) {
        this.world = world;
        this.lines = lines;
        this.orders = orders;
    }

    /** In the scheduler's transaction, when the histories are as told. */
    void schedulerCommitted(List<Event> told, List<Event> heard, Map<JobId, JobRecord> jobs) {
        Map<WorkerId, Integer> gpusSaid = new HashMap<>();
        beats.forEach((workerId, beat) -> gpusSaid.put(workerId, beat.gpus()));
        heard.stream()
                .filter(WorkerBeat.class::isInstance)
                .map(WorkerBeat.class::cast)
                .forEach(beat -> gpusSaid.merge(beat.workerId(), beat.gpus(), Math::max));
        Map<WorkerId, Set<Readiness>> readiness = hearBeats(heard);
        for (Event event : told) {
            if (event instanceof AttemptAssigned assignment
                    && assigned.putIfAbsent(AttemptId.of(assignment), assignment) == null) {
                checkOrigin(assignment);
                checkWorkers(assignment, readiness);
                checkGpus(assignment, jobs, gpusSaid);
                checkStandings(assignment);
                checkKind(assignment);
            }
            if (event instanceof JobStarted started) {
                checkHeld(started, jobs);
            }
            if (event instanceof AttemptStopRequested stop
                    && stop.reason() == StopReason.PREEMPTED
                    && askedToMakeRoom.add(AttemptId.of(stop))) {
                checkMakingRoom(stop, readiness);
            }
            if (event instanceof JobRequeued requeued) {
                checkLosses(requeued);
            }
            if (event instanceof JobAssigned assignment) {
                checkBackOff(assignment);
            }
        }
        checkOrder(told, jobs);
        before = new TreeMap<>(jobs);
        standingsBefore = world.schedulerStore().controls.standings();
        committedAt = world.now();
    }

    /** What each worker was known to be ready for at any time in this batch. */
    private Map<WorkerId, Set<Readiness>> hearBeats(List<Event> heard) {
        Map<WorkerId, Set<Readiness>> readiness = new HashMap<>();
        beats.forEach((workerId, beat) -> readiness.put(workerId, new HashSet<>(Set.of(beat.readiness()))));
        for (Event event : heard) {
            if (event instanceof WorkerBeat beat) {
                readiness.computeIfAbsent(beat.workerId(), _ -> new HashSet<>()).add(beat.readiness());
                beats.put(beat.workerId(), beat);
            }
        }
        return readiness;
    }

    /** S9: an attempt builds on the newest checkpoint that there is. */
    private void checkOrigin(AttemptAssigned assignment) {
        Origin newest = new Origin.Scratch();
        for (JobEvent entry : lineOf(assignment.jobId()).entries()) {
            if (entry instanceof JobStarted started) {
                newest = started.origin();
            } else if (entry instanceof JobCheckpointed saved) {
                newest = new Origin.Resumed(saved.checkpoint());
            }
        }
        Origin expected = newest;
        Violation.unless(
                assignment.origin().equals(expected),
                "S9",
                () -> "%s does not build on %s".formatted(assignment, expected));
    }

    /** S14: who takes on no more is given no more. */
    private static void checkWorkers(AttemptAssigned assignment, Map<WorkerId, Set<Readiness>> readiness) {
        for (WorkerId workerId : workersOf(assignment)) {
            Violation.unless(
                    readiness.getOrDefault(workerId, Set.of()).contains(Readiness.ACCEPTING),
                    "S14",
                    () -> "%s goes to %s, which is %s".formatted(assignment, workerId, readiness.get(workerId)));
        }
    }

    /** S17: an attempt gets as many GPUs as its job can use, and its workers have, by what they last said. */
    private void checkGpus(AttemptAssigned assignment, Map<JobId, JobRecord> jobs, Map<WorkerId, Integer> gpusSaid) {
        int gpus = assignment.spec().gpus();
        TrainingSpec asked = job(jobs, assignment.jobId()).request().spec();
        Violation.unless(
                gpus >= asked.gpusMin() && gpus <= asked.gpus(),
                "S17",
                () -> "%s gets other than %d to %d GPUs".formatted(assignment, asked.gpusMin(), asked.gpus()));
        int onHolder = gpus - assignment.span().map(Span::gpus).orElse(0);
        int said = gpusSaid.getOrDefault(assignment.workerId(), 0);
        Violation.unless(
                onHolder <= said,
                "S17",
                () -> "%s gets %d GPUs of a worker that says it has %d".formatted(assignment, onHolder, said));
    }

    /** S17: what an attempt is said to hold is what its worker was told. */
    private void checkHeld(JobStarted started, Map<JobId, JobRecord> jobs) {
        AttemptAssigned told = assigned.get(new AttemptId(started.jobId(), started.attempt()));
        int asked = job(jobs, started.jobId()).request().spec().gpus();
        Violation.unless(
                told != null && started.gpusOf(asked) == told.spec().gpus(),
                "S17",
                () -> "%s, and its worker was told %s".formatted(started, told));
    }

    /** S19: a worker that is out of service for its faults gets none; but where it comes back or goes in this batch. */
    private void checkStandings(AttemptAssigned assignment) {
        Map<WorkerId, Standing> standings = world.schedulerStore().controls.standings();
        for (WorkerId workerId : workersOf(assignment)) {
            Violation.unless(
                    !(standings.get(workerId) instanceof Standing.Out out)
                            || !out.equals(standingsBefore.get(workerId)),
                    "S19",
                    () -> "%s goes to %s, which is out of service: %s"
                            .formatted(assignment, workerId, standings.get(workerId)));
        }
    }

    /**
     * S20: nobody runs on GPUs of another class, on a slice that is too small, or on a whole one in place of a slice.
     */
    private void checkKind(AttemptAssigned assignment) {
        for (WorkerId workerId : workersOf(assignment)) {
            Violation.unless(
                    world.kinds().suits(assignment.jobId(), workerId),
                    "S20",
                    () -> "%s goes to %s, which has %s"
                            .formatted(assignment, workerId, world.kinds().of(workerId)));
        }
    }

    static List<WorkerId> workersOf(AttemptAssigned assignment) {
        return Stream.concat(
                        Stream.of(assignment.workerId()),
                        assignment.span().stream()
                                .flatMap(span -> span.partners().stream())
                                .map(Partner::workerId))
                .toList();
    }

    /** Then its holder saves and stops, however long it has run. */
    private boolean isPartnerLeaving(AttemptId attempt, Map<WorkerId, Set<Readiness>> readiness) {
        AttemptAssigned told = assigned.get(attempt);
        return told != null
                && told.span().isPresent()
                && workersOf(told).stream()
                        .anyMatch(workerId -> readiness.getOrDefault(workerId, Set.of()).stream()
                                .anyMatch(each -> each != Readiness.ACCEPTING));
    }

    /** S12: an attempt is left alone for a second, and a job makes room twice at most. */
    private void checkMakingRoom(AttemptStopRequested stop, Map<WorkerId, Set<Readiness>> readiness) {
        Instant now = world.now();
        roomMadeAt.put(stop.workerId(), now);
        AttemptAssigned told = assigned.get(AttemptId.of(stop));
        if (isPartnerLeaving(AttemptId.of(stop), readiness)
                || (told != null && orders.wantsAway(stop.jobId(), workersOf(told)))) {
            return;
        }
        HistoryLine line = lineOf(stop.jobId());
        Optional<Instant> startedAt = line.entries().stream()
                .filter(entry ->
                        entry instanceof JobStarted started && started.attempt().equals(stop.attempt()))
                .map(JobEvent::occurredAt)
                .findFirst();
        Duration runMin = World.ENGINE_SETTINGS.preemption().runMin();
        Violation.unless(
                startedAt.isPresent() && !now.isBefore(startedAt.get().plus(runMin)),
                "S12",
                () -> "%s, which runs since %s".formatted(stop, startedAt));
        long madeBefore = stop.attempt().value() - 1 - lossesIn(line);
        Violation.unless(
                madeBefore < World.ENGINE_SETTINGS.preemption().perJobMax(),
                "S12",
                () -> "%s, which has made room %d times".formatted(stop, madeBefore));
    }

    /** S13: a job is given up after so many losses. */
    private void checkLosses(JobRequeued requeued) {
        long losses = lossesIn(lineOf(requeued.jobId()));
        Violation.unless(
                losses < World.ENGINE_SETTINGS.retry().lossesMax(),
                "S13",
                () -> "%s after %d losses".formatted(requeued, losses));
    }

    /** S13: after a loss a job pauses, and after each further one twice as long. */
    private void checkBackOff(JobAssigned assignment) {
        List<JobEvent> entries = lineOf(assignment.jobId()).entries();
        int at = Math.toIntExact(assignment.sequence()) - 1;
        if (at > 0 && entries.get(at - 1) instanceof JobRequeued lost && lost.cause() != RequeueCause.PREEMPTED) {
            long losses = lossesIn(entries.subList(0, at));
            long pauseMillis = Math.min(
                    World.ENGINE_SETTINGS.retry().backOffMax().toMillis(),
                    World.ENGINE_SETTINGS.retry().backOffFirst().toMillis() << (losses - 1));
            Violation.unless(
                    !assignment.occurredAt().isBefore(lost.occurredAt().plusMillis(pauseMillis)),
                    "S13",
                    () -> "%s comes less than %d ms after %s".formatted(assignment, pauseMillis, lost));
        }
    }

    /**
     * What a single assignment tells of the order. If there is one in the batch and somebody still waits, then it came
     * last of all that took or gave GPUs; but for what was given back afterwards by a worker that a new leader has not
     * heard yet. Where room was made for somebody, that counts.
     */
    private void checkOrder(List<Event> told, Map<JobId, JobRecord> jobs) {
        List<JobAssigned> assignments = told.stream()
                .filter(JobAssigned.class::isInstance)
                .map(JobAssigned.class::cast)
                .toList();
        if (assignments.size() != 1
                || isWhereRoomWasMade(assignments.getFirst())
                || hasBeenResized(assignments.getFirst(), jobs)
                || orders.isOrMayHaveBeenMoved(assignments.getFirst().jobId())
                || orders.haveLimitsChanged()) {
            return;
        }
        JobAssigned first = assignments.getFirst();
        List<JobRecord> passed = before.values().stream()
                .filter(job -> job.state() instanceof JobState.Queued queued
                        && !queued.notBefore().isAfter(committedAt)
                        && isQueued(jobs, job.jobId())
                        && !orders.isOrMayHaveBeenHeld(job.jobId()))
                .toList();
        int gpus = job(jobs, first.jobId()).gpus();
        // Whoever goes first of all, and does not fit: who starts beside it is another matter.
        boolean isBackfill = world.isImpatient()
                && passed.stream()
                        .anyMatch(job -> job.gpus() > gpus || !world.kinds().suits(job.jobId(), first.workerId()));
        for (JobRecord waiting : passed) {
            if (waiting.gpus() <= gpus && !isBackfill && world.kinds().suits(waiting.jobId(), first.workerId())) {
                if (world.isImpatient()) {
                    checkOverdue(first, waiting, jobs);
                } else {
                    checkShares(first, waiting, jobs);
                }
            }
        }
    }

    /** S15: of two tenants whose jobs wait, the one that holds less goes first. */
    private void checkShares(JobAssigned first, JobRecord waiting, Map<JobId, JobRecord> jobs) {
        Tenant tenant = job(jobs, first.jobId()).tenant();
        Violation.unless(
                waiting.tenant().equals(tenant)
                        || heldLately(waiting.tenant(), jobs) >= heldBeside(first, tenant, jobs),
                "S15",
                () -> "%s goes before %s, whose tenant holds less".formatted(first, waiting));
    }

    /** S18: nobody who was asked for later gets what a job could have had that has waited too long. */
    private void checkOverdue(JobAssigned first, JobRecord waiting, Map<JobId, JobRecord> jobs) {
        Instant askedAt = waiting.request().requestedAt();
        Violation.unless(
                !askedAt.plus(World.IMPATIENT.overdueAfter()).isBefore(committedAt)
                        || !job(jobs, first.jobId()).request().requestedAt().isAfter(askedAt),
                "S18",
                () -> "%s goes before %s, which is overdue".formatted(first, waiting));
    }

    /** An elastic job that was asked to leave goes on before anybody else starts, also on another worker. */
    private boolean hasBeenResized(JobAssigned assignment, Map<JobId, JobRecord> jobs) {
        FencingToken earlier = new FencingToken(assignment.attempt().value() - 1);
        return job(jobs, assignment.jobId()).isElastic()
                && askedToMakeRoom.contains(new AttemptId(assignment.jobId(), earlier));
    }

    private static boolean isQueued(Map<JobId, JobRecord> jobs, JobId jobId) {
        JobRecord job = jobs.get(jobId);
        return job != null && job.state() instanceof JobState.Queued;
    }

    private boolean isWhereRoomWasMade(JobAssigned assignment) {
        Instant madeAt = roomMadeAt.getOrDefault(assignment.workerId(), Instant.MIN);
        return madeAt.isAfter(assignment.occurredAt().minus(ROOM_KEPT_MAX));
    }

    /** Before the batch or after it. */
    private long heldLately(Tenant tenant, Map<JobId, JobRecord> jobs) {
        return jobs.values().stream()
                .filter(job -> job.tenant().equals(tenant)
                        && (job.state() instanceof JobState.Leased || wasLeased(job.jobId())))
                .mapToLong(job -> Math.max(job.shapeHeld().gpuMilli(), milliHeldBefore(job.jobId())))
                .sum();
    }

    private boolean wasLeased(JobId jobId) {
        JobRecord earlier = before.get(jobId);
        return earlier != null && earlier.state() instanceof JobState.Leased;
    }

    private long milliHeldBefore(JobId jobId) {
        JobRecord earlier = before.get(jobId);
        return earlier == null ? 0 : earlier.shapeHeld().gpuMilli();
    }

    private static long heldBeside(JobAssigned assignment, Tenant tenant, Map<JobId, JobRecord> jobs) {
        return jobs.values().stream()
                .filter(job -> job.tenant().equals(tenant)
                        && !job.jobId().equals(assignment.jobId())
                        && job.state() instanceof JobState.Leased)
                .mapToLong(job -> job.shapeHeld().gpuMilli())
                .sum();
    }

    /** LV6, when nothing goes wrong any more: if only urgent jobs wait, somebody less urgent is asked to make room. */
    void checkWaiting(long nowMillis, boolean isInForce) {
        Map<JobId, JobRecord> jobs = world.schedulerStore().jobs;
        List<JobRecord> waiting = jobs.values().stream()
                .filter(job -> job.state() instanceof JobState.Queued)
                .toList();
        // Nobody makes room for a job that lies over several workers, nor for others when it has waited too long.
        boolean mayHaveRoomMade = world.isImpatient()
                ? waiting.stream().allMatch(job -> job.gpus() == 1)
                : waiting.stream().anyMatch(job -> job.gpus() == 1);
        boolean onlyUrgentOnesWait = mayHaveRoomMade
                && !waiting.isEmpty()
                && waiting.stream()
                        .allMatch(job -> job.tenant().equals(Tenants.IN_A_HURRY)
                                && job.state() instanceof JobState.Queued queued
                                && !queued.notBefore().isAfter(world.now()));
        boolean roomIsBeingMade = jobs.values().stream()
                .anyMatch(job -> job.state() instanceof JobState.Leased
                        && askedToMakeRoom.contains(
                                new AttemptId(job.jobId(), job.state().token())));
        boolean somebodyCould = jobs.values().stream().anyMatch(job -> couldMakeRoom(job, waiting));
        urgentSinceMillis = !isInForce && onlyUrgentOnesWait && !roomIsBeingMade && somebodyCould
                ? Math.min(urgentSinceMillis, nowMillis)
                : Long.MAX_VALUE;
        Violation.unless(
                urgentSinceMillis == Long.MAX_VALUE || nowMillis - urgentSinceMillis <= URGENT_WAIT_MAX_MILLIS,
                "LV6",
                () -> "%s wait and nobody makes room: %s".formatted(waiting, jobs.values()));
    }

    private boolean couldMakeRoom(JobRecord job, List<JobRecord> waiting) {
        Preemption limits = World.ENGINE_SETTINGS.preemption();
        return job.tenant().equals(Tenants.IN_NO_HURRY)
                && job.state() instanceof JobState.Running running
                && suits(running.lease().holder(), waiting)
                && running.stopWish() == StopWish.NONE
                && !Budget.of(job.request()).reachedBy(running.billableGpuMillis())
                && running.preemptions() < limits.perJobMax()
                && !running.startedAt().plus(limits.runMin()).isAfter(world.now());
    }

    /** Where nobody is patient, room is made for the job that is overdue alone, and that may be any of them. */
    private boolean suits(WorkerId holder, List<JobRecord> waiting) {
        Predicate<JobRecord> hasUse = job -> world.kinds().suits(job.jobId(), holder);
        return world.isImpatient()
                ? waiting.stream().allMatch(hasUse)
                : waiting.stream().filter(job -> job.gpus() == 1).anyMatch(hasUse);
    }

    private static long lossesIn(HistoryLine line) {
        return lossesIn(line.entries());
    }

    private static long lossesIn(List<JobEvent> entries) {
        return entries.stream()
                .filter(entry -> entry instanceof JobRequeued requeued && requeued.cause() != RequeueCause.PREEMPTED)
                .count();
    }

    private HistoryLine lineOf(JobId jobId) {
        HistoryLine line = lines.get(jobId);
        if (line == null) {
            throw new Violation("S8", "%s has no history".formatted(jobId));
        }
        return line;
    }

    private static JobRecord job(Map<JobId, JobRecord> jobs, JobId jobId) {
        JobRecord job = jobs.get(jobId);
        if (job == null) {
            throw new Violation("S8", "%s is assigned and not there".formatted(jobId));
        }
        return job;
    }
}
