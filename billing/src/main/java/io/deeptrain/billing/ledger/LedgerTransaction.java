package io.deeptrain.billing.ledger;

import io.deeptrain.billing.charge.PeriodCharge;
import io.deeptrain.billing.money.Money;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Entries that belong together. Debits equal credits, or it cannot be made. It is never changed: a mistake is corrected
 * by its {@link #reversal} and another charge.
 */
public record LedgerTransaction(LedgerKey key, Tenant tenant, Kind kind, List<LedgerEntry> entries, Instant postedAt) {
    /** What a transaction does. */
    public sealed interface Kind {
        /** Books what a job used in a period. */
        record Charge() implements Kind {}

        /** Takes back the transaction of the same job and period with that revision. */
        record Reversal(int ofRevision) implements Kind {}

        /** As it stands in the ledger. */
        default String text() {
            return switch (this) {
                case Charge _ -> "charge";
                case Reversal reversal -> "reversal of " + reversal.ofRevision();
            };
        }
    }

    public LedgerTransaction {
        entries = List.copyOf(entries);
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("ledger transaction %s has no entries".formatted(key));
        }
        Money sum =
                entries.stream().map(LedgerEntry::amount).reduce(Money::plus).orElseThrow();
        if (!sum.isZero()) {
            throw new IllegalArgumentException("ledger transaction %s does not balance: %s".formatted(key, sum));
        }
    }

    /** Books the whole worth of the time used as revenue, and says who bears it: the tenant, or we, and why. */
    public static LedgerTransaction charge(
            JobId jobId, Tenant tenant, PeriodCharge charge, int revision, Instant postedAt) {
        List<LedgerEntry> entries = new ArrayList<>();
        entries.add(LedgerEntry.debit(new Account.Receivable(), charge.owed()));
        Money worth = charge.owed();
        for (var given : charge.given().entrySet()) {
            entries.add(LedgerEntry.debit(new Account.FreeUsage(given.getKey()), given.getValue()));
            worth = worth.plus(given.getValue());
        }
        entries.add(LedgerEntry.credit(new Account.Revenue(), worth));
        LedgerKey key = new LedgerKey(jobId, charge.period(), revision);
        return new LedgerTransaction(key, tenant, new Kind.Charge(), entries, postedAt);
    }

    /** Undoes this transaction, entry by entry, under the next revision. */
    public LedgerTransaction reversal(Instant reversedAt) {
        return new LedgerTransaction(
                key.next(),
                tenant,
                new Kind.Reversal(key.revision()),
                entries.stream().map(LedgerEntry::reversed).toList(),
                reversedAt);
    }

    /** What the tenant owes by this transaction. */
    public Money owed() {
        Money none = Money.zero(entries.getFirst().amount().currency());
        return entries.stream()
                .filter(entry -> entry.account() instanceof Account.Receivable)
                .map(LedgerEntry::amount)
                .reduce(none, Money::plus);
    }
}
