package io.deeptrain.scheduler.placement;

import java.math.BigDecimal;

/** Parts of a GPU in words. */
public final class Fractions {
    private Fractions() {}

    /** As in 0.25, of thousandths. */
    public static String words(long milli) {
        return BigDecimal.valueOf(milli, 3).stripTrailingZeros().toPlainString();
    }
}
