package io.deeptrain.api.budget;

import java.util.List;

/**
 * The most that may be spent in a month of the calendar, by UTC.
 *
 * @param alerts percentages of the amount at which somebody is told, ascending
 * @param hard whether trainings that do not fit are refused, and those under way stopped when it is used up
 */
public record Budget(long amountCents, List<Integer> alerts, boolean hard) {
    /** So large that no sum with it overflows: ten thousand million of the currency. */
    public static final long AMOUNT_MAX = 1_000_000_000_000L;

    public static final int ALERTS_MAX = 10;
    public static final int PERCENT_MAX = 1000;
    public static final List<Integer> ALERTS_DEFAULT = List.of(50, 80, 100);

    private static final long WHOLE = 100;

    public Budget {
        if (amountCents < 0 || amountCents > AMOUNT_MAX) {
            throw new IllegalArgumentException(
                    "amount must be from 0 to %d cents: %d".formatted(AMOUNT_MAX, amountCents));
        }
        if (alerts.size() > ALERTS_MAX || alerts.stream().anyMatch(percent -> percent < 1 || percent > PERCENT_MAX)) {
            throw new IllegalArgumentException(
                    "alerts must be at most %d, from 1 to %d: %s".formatted(ALERTS_MAX, PERCENT_MAX, alerts));
        }
        alerts = alerts.stream().distinct().sorted().toList();
    }

    /** The thresholds that this much has reached. Whoever spends nothing reaches none, not even of a budget of 0. */
    public List<Integer> reachedBy(long spentCents) {
        return alerts.stream()
                .filter(percent -> spentCents > 0 && spentCents * WHOLE >= percent * amountCents)
                .toList();
    }
}
