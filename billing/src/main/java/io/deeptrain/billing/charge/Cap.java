package io.deeptrain.billing.charge;

import io.deeptrain.billing.meter.AttemptTally;
import io.deeptrain.billing.meter.Terms;
import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.GpuShare;
import java.util.ArrayList;
import java.util.List;

/**
 * R14. A job never costs more than its cap, however late it is stopped: what lies after the last second that the cap
 * pays for is free. The newest time is freed first.
 */
final class Cap {
    private Cap() {}

    static List<AttemptTally> apply(Terms terms, List<AttemptTally> tallies) {
        return switch (terms.cap()) {
            case CostCap.Unlimited _ -> tallies;
            case CostCap.AtMost cap -> freeAbove(gpuMillisPaidFor(terms, cap), tallies);
        };
    }

    /** Up to the last whole second of all GPUs whose exact cost, before any rounding, is within the cap. */
    private static long gpuMillisPaidFor(Terms terms, CostCap.AtMost cap) {
        long centsPerHour = Math.multiplyExact(terms.rate().centsPerGpuHour(), terms.gpus());
        if (centsPerHour == 0 || cap.cents() > CENTS_MAX) {
            return Long.MAX_VALUE;
        }
        long seconds = cap.cents() * Rounding.SECONDS_PER_HOUR / centsPerHour;
        return terms.gpuMilli() == GpuShare.WHOLE
                ? seconds * Rounding.MILLIS_PER_SECOND * terms.gpus()
                : sliceMillis(seconds, terms.gpuMilli());
    }

    /** The first millisecond of a slice by which it has had so many seconds of a whole GPU. */
    private static long sliceMillis(long seconds, int gpuMilli) {
        long perSecond = Rounding.MILLIS_PER_SECOND * GpuShare.WHOLE;
        return seconds > Long.MAX_VALUE / perSecond ? Long.MAX_VALUE : Math.ceilDiv(seconds * perSecond, gpuMilli);
    }

    /** Above it no job that can be metered reaches its cap, and the products would not fit. */
    private static final long CENTS_MAX = Long.MAX_VALUE / Rounding.SECONDS_PER_HOUR / Rounding.MILLIS_PER_SECOND;

    private static List<AttemptTally> freeAbove(long paidGpuMillis, List<AttemptTally> tallies) {
        List<AttemptTally> capped = new ArrayList<>();
        long paidLeft = paidGpuMillis;
        for (AttemptTally tally : tallies) {
            // The millisecond in which the cap is reached is paid: less than a second more, which rounding takes off.
            long payable = Math.ceilDiv(Math.max(0, paidLeft), tally.gpus());
            long over = Math.max(0, tally.billableMillis() - payable);
            AttemptTally paid = tally.freeing(over, FreeReason.OVER_CAP);
            capped.add(paid);
            paidLeft -= paid.billableGpuMillis();
        }
        return List.copyOf(capped);
    }
}
