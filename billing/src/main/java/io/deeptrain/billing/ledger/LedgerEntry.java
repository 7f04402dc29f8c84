package io.deeptrain.billing.ledger;

import io.deeptrain.billing.money.Money;

/** One movement on one account: a debit if positive, a credit if negative. */
public record LedgerEntry(Account account, Money amount) {
    static LedgerEntry debit(Account account, Money amount) {
        return new LedgerEntry(account, amount);
    }

    static LedgerEntry credit(Account account, Money amount) {
        return new LedgerEntry(account, amount.negated());
    }

    LedgerEntry reversed() {
        return new LedgerEntry(account, amount.negated());
    }
}
