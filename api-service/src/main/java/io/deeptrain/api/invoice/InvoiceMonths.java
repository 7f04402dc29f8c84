package io.deeptrain.api.invoice;

import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;

/** The calendar of invoices: one a month, by UTC. */
public final class InvoiceMonths {
    /** How long after its end a month can still change: what was used in its last minutes is told a little later. */
    public static final Duration OPEN_AFTER_END = Duration.ofDays(3);

    private InvoiceMonths() {}

    /** The month that a moment lies in. */
    public static YearMonth of(Instant moment) {
        return YearMonth.from(moment.atOffset(ZoneOffset.UTC));
    }

    /** From this moment on the month's invoice never changes. */
    public static Instant closesAt(YearMonth month) {
        return month.plusMonths(1)
                .atDay(1)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant()
                .plus(OPEN_AFTER_END);
    }

    public static boolean isClosed(YearMonth month, Instant now) {
        return !now.isBefore(closesAt(month));
    }
}
