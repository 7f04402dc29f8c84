package io.deeptrain.billing.charge;

import io.deeptrain.billing.meter.AttemptTally;
import io.deeptrain.billing.meter.Ending;
import io.deeptrain.billing.meter.JobUsage;
import io.deeptrain.billing.meter.Terms;
import io.deeptrain.billing.money.Money;
import io.deeptrain.event.ChargeEvent.FreeReason;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * R11. A job that runs over the end of a month is charged in parts. A part is the difference of two rounded sums, each
 * from the job's start, and not a rounded sum of its own: so the parts add up to the whole of R10 to the cent. Months
 * are UTC.
 */
public final class Periods {
    private Periods() {}

    /**
     * The parts of a job's charge: every month in which a meter ran. If none did, the month of the end, or nothing
     * while the job has none.
     */
    public static List<PeriodCharge> split(JobUsage usage) {
        List<AttemptTally> tallies = Charging.tallies(usage);
        if (tallies.isEmpty() && !usage.ending().isFinal()) {
            return List.of();
        }
        YearMonth first = tallies.stream()
                .map(AttemptTally::from)
                .min(Instant::compareTo)
                .map(Periods::monthOf)
                .orElseGet(() -> monthOf(endedAt(usage)));
        YearMonth last = tallies.stream()
                .map(AttemptTally::until)
                .max(Instant::compareTo)
                .map(Periods::monthOf)
                .orElse(first);
        List<PeriodCharge> charges = new ArrayList<>();
        Sum before = Sum.NONE;
        for (YearMonth month = first; month.isBefore(last); month = month.plusMonths(1)) {
            Instant end =
                    month.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
            Sum now = sumUntil(tallies, end);
            if (!now.equals(before)) {
                charges.add(difference(usage.terms(), month, before, now));
            }
            before = now;
        }
        Sum whole = sum(tallies);
        if (!whole.equals(before) || charges.isEmpty()) {
            charges.add(difference(usage.terms(), last, before, whole));
        }
        return List.copyOf(charges);
    }

    private static Instant endedAt(JobUsage usage) {
        return switch (usage.ending()) {
            case Ending.Succeeded succeeded -> succeeded.endedAt();
            case Ending.Failed failed -> failed.endedAt();
            case Ending.Cancelled cancelled -> cancelled.endedAt();
            case Ending.Open _, Ending.Cancelling _ ->
                throw new IllegalStateException("job %s has not ended: %s".formatted(usage.jobId(), usage.ending()));
        };
    }

    private static YearMonth monthOf(Instant instant) {
        return YearMonth.from(instant.atOffset(ZoneOffset.UTC));
    }

    /** Milliseconds of each GPU from the job's start up to some moment. */
    private record Sum(long billableGpuMillis, Map<FreeReason, Long> freeGpuMillis) {
        static final Sum NONE = new Sum(0, Map.of());

        long freeGpuMillis(FreeReason reason) {
            return freeGpuMillis.getOrDefault(reason, 0L);
        }
    }

    private static Sum sum(List<AttemptTally> tallies) {
        return sumUntil(tallies, Instant.MAX);
    }

    /** An attempt's billable part comes first, then its free parts in the order of {@link FreeReason}. */
    private static Sum sumUntil(List<AttemptTally> tallies, Instant end) {
        long billable = 0;
        Map<FreeReason, Long> free = new EnumMap<>(FreeReason.class);
        for (AttemptTally tally : tallies) {
            long left = millisBefore(end, tally);
            long part = Math.min(left, tally.billableMillis());
            billable += part * tally.gpus();
            left -= part;
            for (Map.Entry<FreeReason, Long> freed : tally.freeMillis().entrySet()) {
                long freePart = Math.min(left, freed.getValue());
                if (freePart > 0) {
                    free.merge(freed.getKey(), freePart * tally.gpus(), Long::sum);
                }
                left -= freePart;
            }
        }
        return new Sum(billable, free);
    }

    private static long millisBefore(Instant end, AttemptTally tally) {
        if (end.equals(Instant.MAX)) {
            return tally.readingMillis();
        }
        return end.isAfter(tally.from()) ? Duration.between(tally.from(), end).toMillis() : 0;
    }

    private static PeriodCharge difference(Terms terms, YearMonth month, Sum before, Sum now) {
        Map<FreeReason, Money> given = new EnumMap<>(FreeReason.class);
        for (FreeReason reason : now.freeGpuMillis().keySet()) {
            Money worth = worth(terms, now.freeGpuMillis(reason)).minus(worth(terms, before.freeGpuMillis(reason)));
            if (!worth.isZero()) {
                given.put(reason, worth);
            }
        }
        Money owed = worth(terms, now.billableGpuMillis()).minus(worth(terms, before.billableGpuMillis()));
        long seconds = Rounding.wholeSeconds(terms, now.billableGpuMillis())
                - Rounding.wholeSeconds(terms, before.billableGpuMillis());
        return new PeriodCharge(month, seconds, owed, given);
    }

    private static Money worth(Terms terms, long gpuMillis) {
        return Rounding.cost(terms, Rounding.wholeSeconds(terms, gpuMillis));
    }
}
