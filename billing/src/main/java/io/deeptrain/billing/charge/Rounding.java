package io.deeptrain.billing.charge;

import io.deeptrain.billing.meter.Terms;
import io.deeptrain.billing.money.Money;
import io.deeptrain.event.GpuShare;

/**
 * R10. The only place where anything is rounded: once per job, down, first to whole seconds and then to whole cents.
 * There is no minimum and no hourly step; an hourly rate is the unit of a price, not of a charge.
 */
final class Rounding {
    static final long MILLIS_PER_SECOND = 1000;
    static final long SECONDS_PER_HOUR = 3600;

    private Rounding() {}

    /**
     * Seconds of all the GPUs that were agreed on: an attempt on fewer of them counts for its share, and so does a
     * slice of one.
     *
     * @param gpuMillis milliseconds of each GPU, or of the slice
     */
    static long wholeSeconds(Terms terms, long gpuMillis) {
        return Math.multiplyExact(gpuMillis, terms.gpuMilli()) / (MILLIS_PER_SECOND * GpuShare.WHOLE * terms.gpus());
    }

    static Money cost(Terms terms, long seconds) {
        long centsPerHour = Math.multiplyExact(terms.rate().centsPerGpuHour(), terms.gpus());
        long cents = Math.multiplyExact(centsPerHour, seconds) / SECONDS_PER_HOUR;
        return new Money(cents, terms.rate().currency());
    }
}
