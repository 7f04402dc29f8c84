package io.deeptrain.api.invoice;

import java.time.YearMonth;
import java.util.Optional;

/**
 * What one job adds to one month's invoice.
 *
 * @param month whose invoice it stands on
 * @param corrects the closed month whose charge was too high; nothing for what was used in {@code month} itself
 * @param billedSeconds whole seconds, at most 0 for a correction
 * @param amountCents at most 0 for a correction
 */
public record InvoiceLine(YearMonth month, Optional<YearMonth> corrects, long billedSeconds, long amountCents) {
    public InvoiceLine {
        if (corrects.isPresent() && (amountCents > 0 || !corrects.get().isBefore(month))) {
            throw new IllegalArgumentException(
                    "a line on %s cannot correct %s by %d cents: only an earlier month, and only down"
                            .formatted(month, corrects.get(), amountCents));
        }
    }

    static InvoiceLine used(YearMonth month, long billedSeconds, long amountCents) {
        return new InvoiceLine(month, Optional.empty(), billedSeconds, amountCents);
    }

    static InvoiceLine credit(YearMonth month, YearMonth corrects, long billedSeconds, long amountCents) {
        return new InvoiceLine(month, Optional.of(corrects), billedSeconds, amountCents);
    }

    /** The month whose use it speaks of. */
    YearMonth about() {
        return corrects.orElse(month);
    }
}
