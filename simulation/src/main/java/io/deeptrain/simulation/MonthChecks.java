package io.deeptrain.simulation;

import io.deeptrain.billing.ledger.Ledger;
import io.deeptrain.billing.ledger.LedgerTransaction;
import io.deeptrain.event.ChargeEvent.ChargeDivided;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.MonthPart;
import io.deeptrain.event.GpuShare;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobId;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * B9: how a charge lies in the months, worked out a second time from the history. Runs last over one end of a month.
 */
final class MonthChecks {
    private static final YearMonth FIRST = YearMonth.from(Agenda.at(0).atOffset(ZoneOffset.UTC));
    private static final Instant END_OF_FIRST =
            FIRST.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    private static final long MILLIS_PER_SECOND = 1000;
    private static final long SECONDS_PER_HOUR = 3600;

    private final World world;

    MonthChecks(World world) {
        this.world = world;
    }

    void check(JobId jobId, HistoryLine line) {
        ChargePosted posted = world.billing().posted().get(jobId);
        ChargeDivided divided = world.billing().divided().get(jobId);
        if (posted == null || divided == null || divided.revision() != posted.revision()) {
            throw new Violation("B9", "%s is not divided as %s".formatted(posted, divided));
        }
        ChargeRecount whole = ChargeRecount.of(line.entries());
        long secondsOfFirst = Math.min(
                whole.seconds(),
                gpuMillisInFirst(line, whole)
                        * terms(line).milliOfEach()
                        / (GpuShare.WHOLE * MILLIS_PER_SECOND * terms(line).gpus()));
        long centsOfFirst = centsPerHour(line) * secondsOfFirst / SECONDS_PER_HOUR;
        Map<YearMonth, MonthPart> expected = new TreeMap<>();
        put(expected, new MonthPart(FIRST, secondsOfFirst, centsOfFirst));
        put(
                expected,
                new MonthPart(FIRST.plusMonths(1), whole.seconds() - secondsOfFirst, whole.cents() - centsOfFirst));
        Map<YearMonth, MonthPart> told = new TreeMap<>();
        divided.parts().forEach(part -> put(told, part));
        Violation.unless(
                told.equals(expected),
                "B9",
                () -> "%s is divided as %s, expected was %s".formatted(jobId, told, expected));
        Map<YearMonth, Long> owed = new TreeMap<>();
        expected.values().stream()
                .filter(part -> part.amountCents() > 0)
                .forEach(part -> owed.put(part.month(), part.amountCents()));
        Map<YearMonth, Long> booked = booked(jobId);
        Violation.unless(
                booked.equals(owed), "B9", () -> "%s is booked as %s, owed is %s".formatted(jobId, booked, owed));
    }

    /** A part of nothing may be told or not. */
    private static void put(Map<YearMonth, MonthPart> parts, MonthPart part) {
        if (part.billedSeconds() != 0 || part.amountCents() != 0) {
            parts.put(part.month(), part);
        }
    }

    private static long centsPerHour(HistoryLine line) {
        return terms(line).rate().centsPerGpuHour() * terms(line).gpus();
    }

    private static JobQueued terms(HistoryLine line) {
        return (JobQueued) line.entries().getFirst();
    }

    /** What an attempt is charged for is the time of its GPUs from its start on. */
    private static long gpuMillisInFirst(HistoryLine line, ChargeRecount whole) {
        long millis = 0;
        for (JobEvent entry : line.entries()) {
            if (entry instanceof JobStarted start && start.occurredAt().isBefore(END_OF_FIRST)) {
                long left = END_OF_FIRST.toEpochMilli() - start.occurredAt().toEpochMilli();
                long held = Math.min(left, whole.billableMillis().getOrDefault(start.attempt(), 0L));
                millis += held * start.gpusOf(terms(line).gpus());
            }
        }
        return millis;
    }

    private Map<YearMonth, Long> booked(JobId jobId) {
        Map<YearMonth, Long> booked = new TreeMap<>();
        for (List<Ledger.Link> chain : world.billing().ledger().values()) {
            for (Ledger.Link link : chain) {
                LedgerTransaction transaction = link.transaction();
                if (transaction.key().jobId().equals(jobId)
                        && transaction.owed().cents() != 0) {
                    booked.merge(transaction.key().period(), transaction.owed().cents(), Long::sum);
                }
            }
        }
        return booked;
    }
}
