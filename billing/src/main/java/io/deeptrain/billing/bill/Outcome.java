package io.deeptrain.billing.bill;

import io.deeptrain.billing.ledger.LedgerTransaction;
import io.deeptrain.event.ChargeEvent;
import java.util.List;

/** What becomes of one event. */
public sealed interface Outcome {
    /** It counts: keep the bill, publish the charges, post the transactions, all or nothing. */
    record Billed(JobBill bill, List<ChargeEvent> charges, List<LedgerTransaction> postings) implements Outcome {
        public Billed {
            charges = List.copyOf(charges);
            postings = List.copyOf(postings);
        }
    }

    /** It was seen before, or has nothing to say about a charge. */
    record Ignored() implements Outcome {}

    /** It cannot be counted, now or later: somebody must look at it. */
    record Refused(String reason) implements Outcome {}
}
