package io.deeptrain.billing.ledger;

import io.deeptrain.event.ChargeEvent.FreeReason;

/** What an entry is booked on. Each tenant has its own of each. */
public sealed interface Account {
    /** As it stands in the ledger. */
    String code();

    /** What the tenant owes us. */
    record Receivable() implements Account {
        @Override
        public String code() {
            return "receivable";
        }
    }

    /** What the time used was worth at its price, paid or not. */
    record Revenue() implements Account {
        @Override
        public String code() {
            return "revenue";
        }
    }

    /** What we gave away, for this reason. */
    record FreeUsage(FreeReason reason) implements Account {
        @Override
        public String code() {
            return "free_usage/" + reason;
        }
    }
}
