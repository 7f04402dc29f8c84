package io.deeptrain.simulation;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Event;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
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
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent.TrainingBudgetReached;
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import io.deeptrain.event.Span.Partner;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.AuditEntry;
import io.deeptrain.scheduler.job.JobMachine;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.worker.attempt.AttemptId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The invariants of jobs and money. Those that are cheap hold after every commit of the scheduler, the others at the
 * {@linkplain FinalChecks end of the run}; those of the queue are {@link QueueChecks}.
 */
final class Checker {
    private static final int LOOK_MILLIS = 250;
    private static final long JOB_EXTRA_MILLIS = 60_000;
    /** A hang is noticed after ten times the median step, and a pause of the worker makes that one long. */
    private static final long HANG_EXTRA_MILLIS = 300_000;

    /** A lease is looked at once in its term, and what it stalls by must have been said and heard. */
    private static final long HANG_NOTICED_WITHIN_MILLIS = World.ENGINE_SETTINGS
            .stall()
            .preparingQuietMax()
            .plus(World.ENGINE_SETTINGS.leaseTerm())
            .plusSeconds(5)
            .toMillis();

    private static final long PUBLISHED_WITHIN_MILLIS = 5_000;
    private static final long TAKEN_BACK_WITHIN_MILLIS = 10_000;
    private static final long CHARGED_WITHIN_MILLIS = 5_000;
    /** Two seconds, and a beat by which the scheduler learns that the worker is free. */
    private static final long IDLE_MAX_MILLIS = 3_000;

    private final World world;
    private final TreeMap<JobId, HistoryLine> lines = new TreeMap<>();
    private final QueueChecks queueChecks;
    private final OrderChecks orders;
    private final Map<JobId, Long> endedAtMillis = new HashMap<>();
    private final Map<AttemptId, AttemptAssigned> lessees = new HashMap<>();
    private final Map<WorkerId, List<IncarnationId>> incarnations = new HashMap<>();
    private final Map<AttemptId, Long> heardMillis = new HashMap<>();
    private final Set<JobId> stopsHeard = new HashSet<>();
    private final Set<AttemptId> toldToStop = new HashSet<>();
    private long idleSinceMillis = Long.MAX_VALUE;
    private boolean over;

    Checker(World world) {
        this.world = world;
        orders = new OrderChecks(world);
        queueChecks = new QueueChecks(world, lines, orders);
    }

    /** Whether all is done that was asked for, after the healing. */
    boolean isOver() {
        return over;
    }

    OrderChecks orders() {
        return orders;
    }

    void healed() {
        world.agenda().after(LOOK_MILLIS, this::look);
    }

    /** In the scheduler's transaction. */
    void schedulerCommitted(List<Event> told, List<Event> heard, List<AuditEntry> audit, SchedulerStore store) {
        Map<JobId, JobRecord> jobs = store.jobs;
        for (Event event : told) {
            if (event instanceof AttemptAssigned assigned) {
                lessees.put(AttemptId.of(assigned), assigned);
            }
            if (event instanceof RanksAssigned ranks) {
                checkPartner(ranks, jobs);
            }
            if (event instanceof AttemptStopRequested stop && isToKeepModel(stop.reason())) {
                toldToStop.add(AttemptId.of(stop));
            }
        }
        for (Event event : told) {
            if (!(event instanceof JobEvent entry)) {
                continue;
            }
            HistoryLine line = lines.computeIfAbsent(entry.jobId(), _ -> new HistoryLine());
            line.append(entry);
            switch (entry) {
                case JobRequeued requeued -> {
                    checkLoss(requeued, line);
                    checkReading(requeued.jobId(), requeued.attempt(), requeued.readingMillis(), line);
                }
                case JobFinishing finishing ->
                    checkReading(finishing.jobId(), finishing.attempt(), finishing.readingMillis(), line);
                case JobCancelled cancelled -> checkCancelled(cancelled, line);
                case JobSucceeded succeeded -> checkModel(succeeded);
                case JobFailed failed -> checkFailure(failed);
                case JobCheckpointed checkpointed ->
                    checkTrusted(checkpointed.checkpoint().object());
                case JobQueued _, JobAssigned _, JobStarted _, JobCancelling _ -> {}
            }
            if (line.isEnded()) {
                endedAtMillis.put(entry.jobId(), world.agenda().nowMillis());
            }
        }
        for (Event event : heard) {
            if (event instanceof TrainingStopRequested stop) {
                stopsHeard.add(stop.jobId());
            }
            if (event instanceof TrainingBudgetReached reached) {
                stopsHeard.add(reached.jobId());
            }
            if (event instanceof WorkerBeat beat) {
                List<IncarnationId> known = incarnations.computeIfAbsent(beat.workerId(), _ -> new ArrayList<>());
                if (!known.contains(beat.incarnation())) {
                    known.add(beat.incarnation());
                }
            }
            if (event instanceof ProgressReported report) {
                heardMillis.merge(AttemptId.of(report), report.readingMillis(), Math::max);
            }
        }
        checkJobs(jobs);
        orders.schedulerCommitted(told, audit, jobs, store.controls);
        queueChecks.schedulerCommitted(told, heard, jobs);
    }

    private static boolean isToKeepModel(StopReason reason) {
        return reason == StopReason.STOP_AND_KEEP_BEST || reason == StopReason.BUDGET_REACHED;
    }

    private void checkJobs(Map<JobId, JobRecord> jobs) {
        Set<IncarnationId> busy = new HashSet<>();
        for (JobRecord job : jobs.values()) {
            HistoryLine line = lines.get(job.jobId());
            Violation.unless(
                    line != null && line.tells(job.state()) && line.entries().size() == job.sequence(),
                    "S8",
                    () -> "the history does not tell %s".formatted(job));
            checkStop(job);
            if (job.state() instanceof JobState.Leased leased) {
                for (Partner member : leased.lease().members()) {
                    Violation.unless(
                            busy.add(member.incarnation()),
                            "S4",
                            () -> "%s is leased for two attempts".formatted(member.incarnation()));
                }
                checkPartners(leased);
            }
        }
    }

    /** S16: whoever is told to run a part of an attempt is stored as its partner. */
    private static void checkPartner(RanksAssigned ranks, Map<JobId, JobRecord> jobs) {
        JobRecord job = jobs.get(ranks.jobId());
        if (job != null
                && job.state() instanceof JobState.Leased leased
                && leased.token().equals(ranks.attempt())) {
            Violation.unless(
                    leased.lease()
                            .partners()
                            .contains(new Partner(ranks.workerId(), ranks.incarnation(), ranks.gpus())),
                    "S16",
                    () -> "%s is no part of %s".formatted(ranks, leased.lease()));
        }
    }

    /** S16: no attempt goes on that has a partner which is known to have been replaced. */
    private void checkPartners(JobState.Leased leased) {
        for (Partner partner : leased.lease().partners()) {
            List<IncarnationId> heard = incarnations.getOrDefault(partner.workerId(), List.of());
            Violation.unless(
                    leased instanceof JobState.Cancelling
                            || !heard.contains(partner.incarnation())
                            || heard.getLast().equals(partner.incarnation()),
                    "S16",
                    () -> "%s goes on, and of its worker %s were heard since".formatted(leased.lease(), heard));
        }
    }

    /** Of whatever attempt it is: once the scheduler has heard of a stop, whoever trains has been told. */
    private void checkStop(JobRecord job) {
        if (job.state() instanceof JobState.Running running && stopsHeard.contains(job.jobId())) {
            AttemptId attempt = new AttemptId(job.jobId(), running.token());
            Violation.unless(toldToStop.contains(attempt), "S10", () -> "%s was not told to stop".formatted(attempt));
        }
    }

    /** An attempt is lost only if its trainer failed or something was wrong with its worker, not the control plane. */
    private void checkLoss(JobRequeued requeued, HistoryLine line) {
        Violation.unless(
                requeued.cause() != RequeueCause.ATTEMPT_FAILED
                        || world.truth().hasFailed(new AttemptId(requeued.jobId(), requeued.attempt())),
                "S11",
                () -> "no trainer failed: %s".formatted(requeued));
        boolean hasHung = requeued.cause() == RequeueCause.STALLED
                && world.truth().hasHung(new AttemptId(requeued.jobId(), requeued.attempt()));
        if (hasHung || (requeued.cause() != RequeueCause.LEASE_LAPSED && requeued.cause() != RequeueCause.STALLED)) {
            return;
        }
        JobAssigned assigned = line.assigned().orElseThrow();
        AttemptAssigned told = lessees.get(new AttemptId(requeued.jobId(), requeued.attempt()));
        boolean wasSomethingWrong = told == null
                || isNotAsItWas(told.workerId(), told.incarnation(), assigned)
                || told.span().stream()
                        .flatMap(span -> span.partners().stream())
                        .anyMatch(partner -> isNotAsItWas(partner.workerId(), partner.incarnation(), assigned));
        Violation.unless(wasSomethingWrong, "S3", () -> "a healthy worker lost its attempt: %s".formatted(requeued));
    }

    private boolean isNotAsItWas(WorkerId workerId, IncarnationId lessee, JobAssigned assigned) {
        WorkerHost host = world.workers().stream()
                .filter(worker -> worker.id().equals(workerId))
                .findFirst()
                .orElseThrow();
        boolean wasReplaced = !host.incarnation().equals(Optional.of(lessee));
        return wasReplaced || host.disturbedAtMillis() >= Agenda.millisOf(assigned.occurredAt());
    }

    /** Never over what the GPU was held for, never under what was heard. */
    private void checkReading(JobId jobId, FencingToken token, long readingMillis, HistoryLine line) {
        AttemptId attempt = new AttemptId(jobId, token);
        long held = world.truth()
                .holdOf(attempt)
                .map(hold -> hold.meteredMillis(world.agenda().nowMillis()))
                .orElse(0L);
        Violation.unless(
                readingMillis <= held,
                "B3",
                () -> "%s was metered for %d ms and read %d ms".formatted(attempt, held, readingMillis));
        long heard = line.isStarted() ? heardMillis.getOrDefault(attempt, 0L) : 0;
        Violation.unless(
                readingMillis >= heard,
                "B4",
                () -> "%s has read %d ms of %d heard".formatted(attempt, readingMillis, heard));
    }

    private void checkCancelled(JobCancelled cancelled, HistoryLine line) {
        List<JobEvent> entries = line.entries();
        boolean underWay = entries.size() > 1 && !(entries.get(entries.size() - 2) instanceof JobRequeued);
        if (underWay) {
            checkReading(cancelled.jobId(), cancelled.attempt(), cancelled.readingMillis(), line);
        }
        Violation.unless(
                world.truth()
                        .cancelOf(cancelled.jobId())
                        .filter(cancel -> cancel.cancelledAt().equals(cancelled.cancelledAt()))
                        .isPresent(),
                "S5",
                () -> "nobody asked for %s".formatted(cancelled));
    }

    /** Nobody is blamed for what the scheduler did: for making room, for one. */
    private void checkFailure(JobFailed failed) {
        Workload workload = world.workloadOf(failed.jobId());
        Violation.unless(
                failed.fault() != Fault.USER
                        || workload.failsWhilePreparing()
                        || workload.failsAtStep() > 0
                        || failed.code().equals(JobMachine.BUDGET_TOO_SMALL),
                "S11",
                () -> "%s, though nothing is wrong with %s".formatted(failed, workload));
    }

    private void checkModel(JobSucceeded succeeded) {
        Optional<AttemptId> writer = world.shelf().writerOf(succeeded.model());
        Violation.unless(
                writer.equals(Optional.of(new AttemptId(succeeded.jobId(), succeeded.attempt()))),
                "S9",
                () -> "%s names a model of %s".formatted(succeeded, writer));
        checkTrusted(succeeded.model());
    }

    /** S26: nothing is kept of what was computed on a GPU that was known to be broken. */
    private void checkTrusted(StoredObject kept) {
        Violation.unless(
                !world.shelf().isSpoilt(kept), "S26", () -> "a broken GPU has computed %s".formatted(kept.key()));
    }

    private void look() {
        if (isQuiet()) {
            over = true;
            return;
        }
        long now = world.agenda().nowMillis();
        if (now > World.CALM_AT_MILLIS) {
            checkLiveness(now);
        }
        world.agenda().after(LOOK_MILLIS, this::look);
    }

    private boolean isQuiet() {
        return world.truth().acknowledged().size() == world.truth().submittedCount()
                && world.databases().stream().allMatch(Database::outboxIsEmpty)
                && world.schedulerStore()
                        .jobs
                        .keySet()
                        .containsAll(world.truth().acknowledged().values())
                && world.schedulerStore().jobs.values().stream().allMatch(job -> job.state() instanceof JobState.Ended)
                && world.frontDoor().hasReadEverything()
                && world.billing().hasReadEverything()
                && world.agenda().nowMillis() > World.CALM_AT_MILLIS;
    }

    private void checkLiveness(long now) {
        long work = world.schedulerStore().jobs.keySet().stream()
                .mapToLong(jobId -> world.workloadOf(jobId).millisMax())
                .sum();
        Violation.unless(
                now
                        < World.CALM_AT_MILLIS
                                + work
                                + JOB_EXTRA_MILLIS
                                + (world.truth().hung() ? HANG_EXTRA_MILLIS : 0),
                "LV1",
                () -> "not all has come to its end: jobs %s, read by the front door %s, by billing %s"
                        .formatted(
                                world.schedulerStore().jobs.values(),
                                world.frontDoor().hasReadEverything(),
                                world.billing().hasReadEverything()));
        for (Database database : world.databases()) {
            Violation.unless(
                    database.oldestUnpublishedMillis() < PUBLISHED_WITHIN_MILLIS
                            || now < World.CALM_AT_MILLIS + PUBLISHED_WITHIN_MILLIS,
                    "LV2",
                    () -> "a fact waits to be published");
        }
        endedAtMillis.forEach((jobId, endedAt) -> Violation.unless(
                world.billing().posted().containsKey(jobId)
                        || now < Math.max(endedAt, World.CALM_AT_MILLIS) + CHARGED_WITHIN_MILLIS,
                "LV3",
                () -> "%s has ended and is not charged".formatted(jobId)));
        boolean isInForce = orders.isAnythingInForce();
        Violation.unless(
                !isInForce || now < World.CALM_AT_MILLIS + TAKEN_BACK_WITHIN_MILLIS,
                "LV7",
                () -> "an order is in force that was taken back");
        if (now > World.CALM_AT_MILLIS + HANG_NOTICED_WITHIN_MILLIS) {
            world.schedulerStore().jobs.values().forEach(this::checkPreparing);
        }
        checkIdle(now, isInForce);
        queueChecks.checkWaiting(now, isInForce);
    }

    /** LV8: nobody hangs any more when everything has healed, so whoever still does has done so for long. */
    private void checkPreparing(JobRecord job) {
        Violation.unless(
                !(job.state() instanceof JobState.Assigned assigned)
                        || !world.truth().hasHungPreparing(new AttemptId(job.jobId(), assigned.token())),
                "LV8",
                () -> "an attempt that hangs while it prepares is not over: %s".formatted(job));
    }

    private void checkIdle(long now, boolean isInForce) {
        List<WorkerHost> idle =
                world.workers().stream().filter(WorkerHost::isIdle).toList();
        boolean runnable = world.schedulerStore().jobs.values().stream()
                        .anyMatch(job -> job.state() instanceof JobState.Queued queued
                                && job.gpus() <= countFor(job, idle)
                                && !queued.notBefore().isAfter(world.now()))
                && !isKeptForSomebody(idle)
                && !isInForce;
        idleSinceMillis = runnable ? Math.min(idleSinceMillis, now) : Long.MAX_VALUE;
        Violation.unless(
                idleSinceMillis == Long.MAX_VALUE || now - idleSinceMillis <= IDLE_MAX_MILLIS,
                "LV5",
                () -> "a worker is idle while a job waits");
    }

    /** Of those, how many have what the job wants. */
    private long countFor(JobRecord job, List<WorkerHost> workers) {
        return workers.stream()
                .filter(worker -> world.kinds().suits(job.jobId(), worker.id()))
                .count();
    }

    /** Whoever has waited too long is waited for, but with no worker that has nothing for it. */
    private boolean isKeptForSomebody(List<WorkerHost> idle) {
        return world.isImpatient()
                && world.schedulerStore().jobs.values().stream()
                        .anyMatch(job -> job.state() instanceof JobState.Queued
                                && job.gpus() > countFor(job, idle)
                                && countFor(job, idle) > 0
                                && job.request()
                                        .requestedAt()
                                        .plus(World.IMPATIENT.overdueAfter())
                                        .isBefore(world.now()));
    }

    void checkEnd() {
        new FinalChecks(world, lines).check();
    }
}
