package io.deeptrain.simulation;

import io.deeptrain.billing.ledger.Ledger;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.ChargeEvent.Line;
import io.deeptrain.event.Completion;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.Event;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
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
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.Topic;
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

/** The invariants. Those that are cheap hold after every commit of the scheduler, the others at the end of the run. */
final class Checker {
    private static final int LOOK_MILLIS = 250;
    private static final long JOB_EXTRA_MILLIS = 60_000;
    /** A hang is noticed after ten times the median step, and a pause of the worker makes that one long. */
    private static final long HANG_EXTRA_MILLIS = 300_000;

    private static final long PUBLISHED_WITHIN_MILLIS = 5_000;
    private static final long CHARGED_WITHIN_MILLIS = 5_000;
    /** Two seconds, and a beat by which the scheduler learns that the worker is free. */
    private static final long IDLE_MAX_MILLIS = 3_000;

    private final World world;
    private final TreeMap<JobId, HistoryLine> lines = new TreeMap<>();
    private final Map<JobId, Long> endedAtMillis = new HashMap<>();
    private final Map<AttemptId, IncarnationId> lessees = new HashMap<>();
    private final Map<AttemptId, Long> heardMillis = new HashMap<>();
    private final Set<JobId> stopsHeard = new HashSet<>();
    private final Set<AttemptId> toldToStop = new HashSet<>();
    private long idleSinceMillis = Long.MAX_VALUE;
    private boolean over;

    Checker(World world) {
        this.world = world;
    }

    /** Whether all is done that was asked for, after the healing. */
    boolean isOver() {
        return over;
    }

    void healed() {
        world.agenda().after(LOOK_MILLIS, this::look);
    }

    /** In the scheduler's transaction. */
    void schedulerCommitted(List<Event> told, List<Event> heard, Map<JobId, JobRecord> jobs) {
        for (Event event : told) {
            if (event instanceof AttemptAssigned assigned) {
                lessees.put(AttemptId.of(assigned), assigned.incarnation());
            }
            if (event instanceof AttemptStopRequested stop && stop.reason() == StopReason.STOP_AND_KEEP_BEST) {
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
                    checkLapse(requeued, line);
                    checkReading(requeued.jobId(), requeued.attempt(), requeued.readingMillis(), line);
                }
                case JobFinishing finishing ->
                    checkReading(finishing.jobId(), finishing.attempt(), finishing.readingMillis(), line);
                case JobCancelled cancelled -> checkCancelled(cancelled, line);
                case JobSucceeded succeeded -> checkModel(succeeded);
                case JobFailed failed -> checkFailure(failed);
                case JobQueued _, JobAssigned _, JobStarted _, JobCheckpointed _, JobCancelling _ -> {}
            }
            if (line.isEnded()) {
                endedAtMillis.put(entry.jobId(), world.agenda().nowMillis());
            }
        }
        for (Event event : heard) {
            if (event instanceof TrainingStopRequested stop) {
                stopsHeard.add(stop.jobId());
            }
            if (event instanceof ProgressReported report) {
                heardMillis.merge(AttemptId.of(report), report.readingMillis(), Math::max);
            }
        }
        checkJobs(jobs);
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
                Violation.unless(
                        busy.add(leased.lease().incarnation()),
                        "S4",
                        () -> "%s is leased for two attempts"
                                .formatted(leased.lease().incarnation()));
            }
        }
    }

    /** Of whatever attempt it is: once the scheduler has heard of a stop, whoever trains has been told. */
    private void checkStop(JobRecord job) {
        if (job.state() instanceof JobState.Running running && stopsHeard.contains(job.jobId())) {
            AttemptId attempt = new AttemptId(job.jobId(), running.token());
            Violation.unless(toldToStop.contains(attempt), "S10", () -> "%s was not told to stop".formatted(attempt));
        }
    }

    /** A lease may lapse only if something was wrong with its worker, not with the control plane. */
    private void checkLapse(JobRequeued requeued, HistoryLine line) {
        if (requeued.cause() != RequeueCause.LEASE_LAPSED) {
            return;
        }
        JobAssigned assigned = line.assigned().orElseThrow();
        WorkerHost host = world.workers().stream()
                .filter(worker -> worker.id().equals(assigned.workerId()))
                .findFirst()
                .orElseThrow();
        Optional<IncarnationId> lessee =
                Optional.ofNullable(lessees.get(new AttemptId(requeued.jobId(), requeued.attempt())));
        boolean wasReplaced = !host.incarnation().equals(lessee);
        Violation.unless(
                wasReplaced || host.disturbedAtMillis() >= Agenda.millisOf(assigned.occurredAt()),
                "S3",
                () -> "a healthy worker lost its lease: %s".formatted(requeued));
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
        checkIdle(now);
    }

    private void checkIdle(long now) {
        boolean runnable = world.schedulerStore().jobs.values().stream()
                .anyMatch(job -> job.state() instanceof JobState.Queued queued
                        && !queued.notBefore().isAfter(world.now()));
        boolean idle = world.workers().stream().anyMatch(WorkerHost::isIdle);
        idleSinceMillis = runnable && idle ? Math.min(idleSinceMillis, now) : Long.MAX_VALUE;
        Violation.unless(
                idleSinceMillis == Long.MAX_VALUE || now - idleSinceMillis <= IDLE_MAX_MILLIS,
                "LV5",
                () -> "a worker is idle while a job waits");
    }

    void checkEnd() {
        checkSubmissions();
        checkDelivery();
        lines.forEach(this::checkEnding);
        checkProgress();
        checkLedger();
        lines.forEach(this::checkCharge);
    }

    private void checkSubmissions() {
        Set<JobId> acknowledged = new HashSet<>(world.truth().acknowledged().values());
        Violation.unless(
                acknowledged.size() == world.truth().submittedCount()
                        && acknowledged.equals(world.frontDoor().versions().keySet())
                        && acknowledged.equals(world.schedulerStore().jobs.keySet()),
                "S1",
                () -> "%d trainings were asked for, %s were acknowledged, %s are there, the scheduler knows %s"
                        .formatted(
                                world.truth().submittedCount(),
                                acknowledged,
                                world.frontDoor().versions().keySet(),
                                world.schedulerStore().jobs.keySet()));
    }

    /** Whoever drops what it has seen reads what was committed: no more, no less, in this order. */
    private void checkDelivery() {
        Map<JobId, List<JobEvent>> delivered = new TreeMap<>();
        for (Event event : world.log().everything(Topic.JOBS)) {
            JobEvent entry = (JobEvent) event;
            List<JobEvent> seen = delivered.computeIfAbsent(entry.jobId(), _ -> new ArrayList<>());
            if (entry.sequence() > seen.size()) {
                Violation.unless(
                        entry.sequence() == seen.size() + 1,
                        "S7",
                        () -> "%s is delivered after entry %d".formatted(entry, seen.size()));
                seen.add(entry);
            }
        }
        lines.forEach((jobId, line) -> Violation.unless(
                line.entries().equals(delivered.get(jobId)),
                "S8",
                () -> "committed was %s, delivered %s".formatted(line.entries(), delivered.get(jobId))));
        Violation.unless(delivered.keySet().equals(lines.keySet()), "S8", () -> "delivered, but never committed");
    }

    private void checkEnding(JobId jobId, HistoryLine line) {
        JobEvent last = line.entries().getLast();
        boolean cancelled = world.truth().cancelOf(jobId).isPresent();
        boolean sealed = world.truth().sealOf(jobId).isPresent();
        Violation.unless(!(cancelled && sealed), "S5", () -> "%s is cancelled and sealed".formatted(jobId));
        Violation.unless(
                cancelled || sealed || !world.truth().deleted().contains(jobId),
                "S5",
                () -> "%s was deleted under way without a cancel".formatted(jobId));
        switch (last) {
            case JobCancelled _ -> Violation.unless(cancelled, "S5", () -> "nobody cancelled %s".formatted(jobId));
            case JobSucceeded _, JobFailed _ ->
                Violation.unless(
                        sealed && !cancelled,
                        "S5",
                        () -> "%s came after the cancel %s"
                                .formatted(last, world.truth().cancelOf(jobId)));
            case JobQueued _,
                    JobAssigned _,
                    JobStarted _,
                    JobCheckpointed _,
                    JobRequeued _,
                    JobCancelling _,
                    JobFinishing _ -> throw new Violation("LV1", "%s is the last word".formatted(last));
        }
        if (last instanceof JobSucceeded succeeded && succeeded.completion() == Completion.STOPPED_BY_TENANT) {
            Violation.unless(world.truth().isStopped(jobId), "S10", () -> "nobody asked for %s".formatted(succeeded));
        }
        checkVersion(jobId, last);
    }

    private void checkVersion(JobId jobId, JobEvent last) {
        var version = world.frontDoor().versions().get(jobId);
        Violation.unless(
                version != null && version.sequence() == last.sequence(),
                "S7",
                () -> "%s shows %s".formatted(last, version));
        boolean deleted = world.truth().deleted().contains(jobId);
        String shown = version == null ? "nothing" : version.state().getClass().getSimpleName();
        String expected = switch (last) {
            case JobCancelled _ -> "Cancelled";
            case JobEvent _ when deleted -> "Gone";
            case JobSucceeded _ -> "Trained";
            case JobEvent _ -> "Failed";
        };
        Violation.unless(shown.equals(expected), "S7", () -> "%s shows %s".formatted(last, version));
    }

    private void checkProgress() {
        Map<AttemptId, ProgressReported> newest = new HashMap<>();
        for (Event event : world.log().everything(Topic.ATTEMPTS)) {
            if (event instanceof ProgressReported report) {
                ProgressReported before = newest.put(AttemptId.of(report), report);
                Violation.unless(
                        before == null
                                || before.number() > report.number()
                                || before.progress().step() <= report.progress().step(),
                        "S6",
                        () -> "%s goes behind %s".formatted(report, before));
            }
        }
    }

    private void checkLedger() {
        Map<String, Integer> charges = new HashMap<>();
        for (List<Ledger.Link> chain : world.billing().ledger().values()) {
            Violation.unless(Ledger.firstBroken(chain).isEmpty(), "B5", () -> "the ledger's chain is broken");
            long sum = chain.stream()
                    .flatMap(link -> link.transaction().entries().stream())
                    .mapToLong(entry -> entry.amount().cents())
                    .reduce(0, Math::addExact);
            chain.forEach(link -> charges.merge(link.transaction().key().jobId().value(), 1, Integer::sum));
            Violation.unless(sum == 0, "B5", () -> "debits and credits differ by %d".formatted(sum));
        }
        for (JobId jobId : lines.keySet()) {
            Violation.unless(
                    charges.getOrDefault(jobId.value(), 0) == 1,
                    "B5",
                    () -> "%s has %d charges".formatted(jobId, charges.getOrDefault(jobId.value(), 0)));
        }
    }

    private void checkCharge(JobId jobId, HistoryLine line) {
        ChargePosted posted = world.billing().posted().get(jobId);
        if (posted == null) {
            throw new Violation("LV3", "%s is not charged".formatted(jobId));
        }
        ChargeRecount expected = ChargeRecount.of(line.entries());
        Violation.unless(
                posted.statement().amountCents() == expected.cents()
                        && posted.statement().billedSeconds() == expected.seconds(),
                "B2",
                () -> "%s is charged %s, expected was %s; history %s"
                        .formatted(jobId, posted.statement(), expected, line.entries()));
        long owed = world.billing().ledger().values().stream()
                .flatMap(List::stream)
                .map(Ledger.Link::transaction)
                .filter(transaction -> transaction.key().jobId().equals(jobId))
                .mapToLong(transaction -> transaction.owed().cents())
                .sum();
        Violation.unless(owed == expected.cents(), "B2", () -> "%s owes %d of %s".formatted(jobId, owed, expected));
        if (line.entries().getFirst()
                        instanceof
                        JobQueued(var _, var _, var _, var _, var _, var _, var _, var _, var _, var _, var cap, var _)
                && cap instanceof CostCap.AtMost(long most)) {
            Violation.unless(expected.cents() <= most, "B8", () -> "%s costs more than %d".formatted(jobId, most));
        }
        checkLines(jobId, line, posted);
    }

    private void checkLines(JobId jobId, HistoryLine history, ChargePosted posted) {
        Map<FencingToken, JobStarted> starts = new HashMap<>();
        for (JobEvent entry : history.entries()) {
            if (entry instanceof JobStarted start) {
                starts.put(start.attempt(), start);
            }
        }
        Map<FencingToken, Line> charged = new TreeMap<>();
        posted.statement().lines().forEach(line -> charged.put(line.attempt(), line));
        Violation.unless(
                charged.keySet().containsAll(starts.keySet()),
                "B7",
                () -> "of attempts %s only %s are accounted for".formatted(starts.keySet(), charged.keySet()));
        long previousEndMillis = Long.MIN_VALUE;
        for (Line line : charged.values()) {
            AttemptId attempt = new AttemptId(jobId, line.attempt());
            long held = world.truth()
                    .holdOf(attempt)
                    .map(hold -> hold.meteredMillis(world.agenda().nowMillis()))
                    .orElse(0L);
            Violation.unless(line.readingMillis() <= held, "B3", () -> "%s held a GPU for %d ms".formatted(line, held));
            Violation.unless(
                    (line.freeMillis() == 0) == (line.freeReason() == FreeReason.NOTHING_FREE),
                    "B7",
                    () -> "%s has no reason".formatted(line));
            JobStarted start = starts.get(line.attempt());
            Violation.unless(
                    start != null || line.billableMillis() == 0, "B6", () -> "%s never started".formatted(line));
            if (start != null) {
                long startMillis = Agenda.millisOf(start.occurredAt());
                Violation.unless(startMillis >= previousEndMillis, "B1", () -> "%s overlaps".formatted(line));
                previousEndMillis = startMillis + line.billableMillis();
            }
        }
        if (history.entries().getLast() instanceof JobSucceeded succeeded) {
            checkWholeReading(new AttemptId(jobId, succeeded.attempt()), charged);
        }
    }

    /** What led to the model is read to the last millisecond. */
    private void checkWholeReading(AttemptId attempt, Map<FencingToken, Line> charged) {
        Line line = charged.get(attempt.token());
        if (line == null) {
            throw new Violation("B7", "%s is not accounted for".formatted(attempt));
        }
        long held = world.truth()
                .holdOf(attempt)
                .filter(Truth.Hold::endedInOrder)
                .map(hold -> hold.meteredMillis(world.agenda().nowMillis()))
                .orElse(-1L);
        Violation.unless(
                line.readingMillis() == held,
                "B4",
                () -> "%s was metered for %d ms, read was %s".formatted(attempt, held, line));
    }
}
