package io.deeptrain.api.budget;

import io.deeptrain.event.CostCap;
import io.deeptrain.event.GpuShare;
import io.deeptrain.event.Rate;
import java.time.Duration;

/**
 * What is set aside for a training from its acceptance until its charge is final (R14): one and a half times its
 * estimate, or its cap if that is less.
 *
 * @param placedCents what was set aside at first
 */
public record Hold(long placedCents, CostCap cap) {
    private static final long SECONDS_PER_HOUR = 3600;
    private static final long MARGIN_NUMERATOR = 3;
    private static final long MARGIN_DENOMINATOR = 2;
    private static final long EXTENSION_DIVISOR = 4;

    public Hold {
        if (placedCents < 0) {
            throw new IllegalArgumentException("hold is negative: " + placedCents);
        }
    }

    /** For a training of that estimate; rounded up, so that nothing that costs something is held at 0. */
    public static Hold of(Duration estimate, Rate rate, int gpus, CostCap cap) {
        return of(estimate, rate, gpus, GpuShare.WHOLE, cap);
    }

    /**
     * The same.
     *
     * @param gpuMilli thousandths of a GPU that each of them is
     */
    public static Hold of(Duration estimate, Rate rate, int gpus, int gpuMilli, CostCap cap) {
        long centsPerHour = Math.multiplyExact(rate.centsPerGpuHour(), gpus);
        long gpuSeconds = Math.ceilDiv(Math.multiplyExact(estimate.toSeconds(), gpuMilli), GpuShare.WHOLE);
        long cents = Math.ceilDiv(
                Math.multiplyExact(Math.multiplyExact(centsPerHour, gpuSeconds), MARGIN_NUMERATOR),
                SECONDS_PER_HOUR * MARGIN_DENOMINATOR);
        return new Hold(within(cap, cents), cap);
    }

    /**
     * What the training may still cost after it has cost so much. A hold that is reached grows by a quarter, as often
     * as it takes, up to the cap.
     */
    public long remainingCents(long costCents) {
        long held = placedCents;
        while (held <= costCents && held < within(cap, Long.MAX_VALUE)) {
            held = within(cap, held + Math.max(1, held / EXTENSION_DIVISOR));
        }
        return Math.max(0, held - costCents);
    }

    /** Whether the training has cost what was set aside, so that more was needed. */
    public boolean reachedBy(long costCents) {
        return costCents >= placedCents;
    }

    private static long within(CostCap cap, long cents) {
        return switch (cap) {
            case CostCap.Unlimited() -> cents;
            case CostCap.AtMost(long most) -> Math.min(most, cents);
        };
    }
}
