package io.deeptrain.billing.bill;

import io.deeptrain.billing.ledger.LedgerTransaction;
import io.deeptrain.event.ChargeEvent;
import io.deeptrain.event.Event;
import io.deeptrain.event.JobId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A batch of events, worked in one after another, of which all effects are kept or none. It is used by one thread,
 * once.
 */
public final class BillingRound {
    private final Map<JobId, JobBill> bills = new TreeMap<>();
    private final SortedMap<JobId, JobBill> changed = new TreeMap<>();
    private final List<ChargeEvent> charges = new ArrayList<>();
    private final List<LedgerTransaction> postings = new ArrayList<>();
    private final Instant now;

    /** {@code known}: the bills, as kept, of all the jobs that the batch speaks of and that have one. */
    public BillingRound(Collection<JobBill> known, Instant now) {
        known.forEach(bill -> bills.put(bill.usage().jobId(), bill));
        this.now = now;
    }

    /** Works in one event. What a constructor rejects cannot be counted, now or later. */
    public Outcome take(JobId jobId, Event event) {
        Outcome outcome;
        try {
            JobBill bill = bills.get(jobId);
            outcome = bill == null ? Billing.open(event) : Billing.apply(bill, event, now);
        } catch (IllegalArgumentException cannotBe) {
            return new Outcome.Refused("REJECTED: " + cannotBe.getMessage());
        }
        switch (outcome) {
            case Outcome.Billed billed -> {
                bills.put(jobId, billed.bill());
                changed.put(jobId, billed.bill());
                charges.addAll(billed.charges());
                postings.addAll(billed.postings());
            }
            case Outcome.Ignored _, Outcome.Refused _ -> {}
        }
        return outcome;
    }

    /** The bills to keep, by job. */
    public SortedMap<JobId, JobBill> changed() {
        return Collections.unmodifiableSortedMap(changed);
    }

    /** To publish, in this order. */
    public List<ChargeEvent> charges() {
        return List.copyOf(charges);
    }

    /** To post, in this order. */
    public List<LedgerTransaction> postings() {
        return List.copyOf(postings);
    }
}
