package io.deeptrain.simulation;

import io.deeptrain.billing.ledger.Ledger;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.ChargeEvent.Line;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.Event;
import io.deeptrain.event.FencingToken;
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
import io.deeptrain.event.JobId;
import io.deeptrain.event.Topic;
import io.deeptrain.worker.attempt.AttemptId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What must hold when all that was asked for has come to its end. */
final class FinalChecks {
    private final World world;
    private final Map<JobId, HistoryLine> lines;

    FinalChecks(World world, Map<JobId, HistoryLine> lines) {
        this.world = world;
        this.lines = lines;
    }

    void check() {
        checkSubmissions();
        checkDelivery();
        lines.forEach(this::checkEnding);
        checkProgress();
        checkLedger();
        lines.forEach(this::checkCharge);
        lines.forEach(new MonthChecks(world)::check);
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
        if (last instanceof JobSucceeded succeeded) {
            Violation.unless(isAskedFor(succeeded, line), "S10", () -> "nobody asked for %s".formatted(succeeded));
        }
        checkVersion(jobId, last);
    }

    private boolean isAskedFor(JobSucceeded succeeded, HistoryLine line) {
        return switch (succeeded.completion()) {
            case ALL_EPOCHS, NO_LONGER_IMPROVING -> true;
            case RUN_TIME_REACHED -> false;
            case STOPPED_BY_TENANT -> world.truth().isStoppedByTenant(succeeded.jobId());
            case BUDGET_REACHED ->
                world.truth().isStoppedByBudget(succeeded.jobId())
                        || (line.entries().getFirst() instanceof JobQueued terms
                                && terms.cap() instanceof CostCap.AtMost);
        };
    }

    private void checkVersion(JobId jobId, JobEvent last) {
        var version = world.frontDoor().versions().get(jobId);
        Violation.unless(
                version != null && version.sequence() == last.sequence(),
                "S7",
                () -> "%s shows %s".formatted(last, version));
        String shown = version == null ? "nothing" : version.state().getClass().getSimpleName();
        // The answer to a delete may still be under way.
        boolean deleted =
                world.truth().deleted().contains(jobId) || (world.truth().isToBeDeleted(jobId) && shown.equals("Gone"));
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
        Set<String> charged = new HashSet<>();
        for (List<Ledger.Link> chain : world.billing().ledger().values()) {
            Violation.unless(Ledger.firstBroken(chain).isEmpty(), "B5", () -> "the ledger's chain is broken");
            long sum = chain.stream()
                    .flatMap(link -> link.transaction().entries().stream())
                    .mapToLong(entry -> entry.amount().cents())
                    .reduce(0, Math::addExact);
            chain.forEach(link -> charged.add(link.transaction().key().jobId().value()));
            Violation.unless(sum == 0, "B5", () -> "debits and credits differ by %d".formatted(sum));
        }
        for (JobId jobId : lines.keySet()) {
            Violation.unless(charged.contains(jobId.value()), "B5", () -> "%s has no charge".formatted(jobId));
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
        if (line.entries().getFirst() instanceof JobQueued terms && terms.cap() instanceof CostCap.AtMost(long most)) {
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
