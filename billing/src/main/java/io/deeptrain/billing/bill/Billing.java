package io.deeptrain.billing.bill;

import io.deeptrain.billing.charge.Charging;
import io.deeptrain.billing.charge.PeriodCharge;
import io.deeptrain.billing.charge.Periods;
import io.deeptrain.billing.ledger.LedgerKey;
import io.deeptrain.billing.ledger.LedgerTransaction;
import io.deeptrain.billing.meter.JobUsage;
import io.deeptrain.billing.meter.Meter;
import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.ChargeEvent;
import io.deeptrain.event.ChargeEvent.ChargeDivided;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.ChargeUpdated;
import io.deeptrain.event.ChargeEvent.MonthPart;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.RequestEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Decides what an event does to a job's bill. A charge is told when the history changes it, and about once a second
 * when only the meter moves, and each time how it lies in the months; it is posted once, when the history ends.
 */
public final class Billing {
    /** Readings come about once a second, and each says the whole sum: telling fewer of them loses nothing. */
    static final Duration UPDATE_INTERVAL = Duration.ofMillis(900);

    private Billing() {}

    /** The event of a job that has no bill yet. */
    public static Outcome open(Event event) {
        Optional<Outcome> refusal = refusal(event);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        return switch (event) {
            case JobQueued accepted ->
                new Outcome.Billed(new JobBill(Meter.begin(accepted), 0, accepted.occurredAt()), List.of(), List.of());
            case JobEvent other ->
                new Outcome.Refused("HISTORY_GAP: job %s is not known, and its history begins at %d"
                        .formatted(other.jobId(), other.sequence()));
            // A reading may overtake the history, which is on another topic. The next one is a second away.
            case AttemptEvent _, RequestEvent _, AssignmentEvent _, FleetEvent _, ChargeEvent _ ->
                new Outcome.Ignored();
        };
    }

    /** The next event of a job that has a bill. */
    public static Outcome apply(JobBill bill, Event event, Instant now) {
        Optional<Outcome> refusal = refusal(event);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        return switch (event) {
            case JobEvent entry -> history(bill, entry, now);
            case AttemptEvent reading -> reading(bill, reading, now);
            case RequestEvent _, AssignmentEvent _, FleetEvent _, ChargeEvent _ -> new Outcome.Ignored();
        };
    }

    private static Optional<Outcome> refusal(Event event) {
        return event instanceof JobEvent entry
                ? PlausibleTimes.firstImplausible(entry)
                        .map(time -> new Outcome.Refused("REJECTED: no job ran at " + time))
                : Optional.empty();
    }

    private static Outcome history(JobBill bill, JobEvent entry, Instant now) {
        return switch (bill.usage().arrival(entry)) {
            case SEEN -> new Outcome.Ignored();
            case AHEAD ->
                new Outcome.Refused("HISTORY_GAP: job %s is known up to %d, and this is %d"
                        .formatted(entry.jobId(), bill.usage().sequence(), entry.sequence()));
            case NEXT -> {
                JobUsage usage = Meter.evolve(bill.usage(), entry);
                yield usage.ending().isFinal() ? posted(bill, usage, now) : told(bill, usage, now);
            }
        };
    }

    private static Outcome reading(JobBill bill, AttemptEvent reading, Instant now) {
        JobUsage usage = Meter.evolve(bill.usage(), reading);
        if (usage.equals(bill.usage())) {
            return new Outcome.Ignored();
        }
        if (now.isBefore(bill.nextUpdateAt())) {
            return new Outcome.Billed(new JobBill(usage, bill.revision(), bill.nextUpdateAt()), List.of(), List.of());
        }
        return told(bill, usage, now);
    }

    private static Outcome.Billed told(JobBill bill, JobUsage usage, Instant now) {
        Statement statement = Charging.statement(usage);
        if (statement.equals(Charging.statement(bill.usage()))) {
            return new Outcome.Billed(new JobBill(usage, bill.revision(), bill.nextUpdateAt()), List.of(), List.of());
        }
        long revision = bill.revision() + 1;
        ChargeEvent charge = new ChargeUpdated(usage.jobId(), usage.terms().tenant(), revision, statement, now);
        return new Outcome.Billed(
                new JobBill(usage, revision, now.plus(UPDATE_INTERVAL)),
                List.of(charge, divided(usage, revision, Periods.split(usage), now)),
                List.of());
    }

    private static Outcome.Billed posted(JobBill bill, JobUsage usage, Instant now) {
        long revision = bill.revision() + 1;
        ChargeEvent charge =
                new ChargePosted(usage.jobId(), usage.terms().tenant(), revision, Charging.statement(usage), now);
        List<PeriodCharge> parts = Periods.split(usage);
        List<LedgerTransaction> postings = parts.stream()
                .map(part -> LedgerTransaction.charge(
                        usage.jobId(), usage.terms().tenant(), part, LedgerKey.FIRST_REVISION, now))
                .toList();
        return new Outcome.Billed(
                new JobBill(usage, revision, now.plus(UPDATE_INTERVAL)),
                List.of(charge, divided(usage, revision, parts, now)),
                postings);
    }

    private static ChargeDivided divided(JobUsage usage, long revision, List<PeriodCharge> parts, Instant now) {
        return new ChargeDivided(
                usage.jobId(),
                usage.terms().tenant(),
                revision,
                parts.stream()
                        .map(part -> new MonthPart(
                                part.period(), part.billedSeconds(), part.owed().cents()))
                        .toList(),
                now);
    }
}
