package io.deeptrain.billing.money;

import java.util.Locale;

/** An amount in whole cents of one currency. Adding two currencies, or more than fits, is refused. */
public record Money(long cents, String currency) {
    private static final int CURRENCY_LENGTH = 3;
    private static final long CENTS_PER_UNIT = 100;

    public Money {
        if (currency.length() != CURRENCY_LENGTH) {
            throw new IllegalArgumentException("currency must be three letters (ISO 4217): " + currency);
        }
    }

    public static Money zero(String currency) {
        return new Money(0, currency);
    }

    public Money plus(Money other) {
        requireSameCurrency(other);
        return new Money(Math.addExact(cents, other.cents), currency);
    }

    public Money minus(Money other) {
        return plus(other.negated());
    }

    public Money negated() {
        return new Money(Math.negateExact(cents), currency);
    }

    public boolean isZero() {
        return cents == 0;
    }

    private void requireSameCurrency(Money other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException("cannot add %s to %s".formatted(other, this));
        }
    }

    /** As in {@code 5.01 USD}. */
    @Override
    public String toString() {
        String sign = cents < 0 ? "-" : "";
        long units = Math.abs(cents / CENTS_PER_UNIT);
        long rest = Math.abs(cents % CENTS_PER_UNIT);
        return String.format(Locale.ROOT, "%s%d.%02d %s", sign, units, rest, currency);
    }
}
