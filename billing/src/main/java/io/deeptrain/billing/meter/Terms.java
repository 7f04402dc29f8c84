package io.deeptrain.billing.meter;

import io.deeptrain.event.CostCap;
import io.deeptrain.event.GpuShare;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.Rate;
import io.deeptrain.event.Tenant;

/**
 * R1. What was agreed when the job was accepted: who pays, which price, how many GPUs, at most how much. A price that
 * changes later does not reach a job that was accepted before.
 *
 * <p>The limits keep every product of rate, GPUs and seconds inside a {@code long} for 29 years of training.
 *
 * @param gpuMilli thousandths of a GPU that each of them is: 1000, or less for a slice, which is then the only one
 */
public record Terms(Tenant tenant, Rate rate, int gpus, int gpuMilli, CostCap cap) {
    static final long CENTS_PER_GPU_HOUR_MAX = 1_000_000;
    static final int GPUS_MAX = 10_000;

    public Terms {
        if (rate.centsPerGpuHour() > CENTS_PER_GPU_HOUR_MAX) {
            throw new IllegalArgumentException(
                    "rate is above %d cents: %d".formatted(CENTS_PER_GPU_HOUR_MAX, rate.centsPerGpuHour()));
        }
        if (gpus < 1 || gpus > GPUS_MAX) {
            throw new IllegalArgumentException("a job has 1 to %d GPUs: %d".formatted(GPUS_MAX, gpus));
        }
        if (gpuMilli < 1 || gpuMilli > GpuShare.WHOLE || (gpuMilli < GpuShare.WHOLE && gpus != 1)) {
            throw new IllegalArgumentException(
                    "a job has whole GPUs, or 1 to 999 thousandths of one: %d of %d".formatted(gpuMilli, gpus));
        }
    }

    /** Pins the terms to the job. */
    public static Terms of(JobQueued accepted) {
        return new Terms(accepted.tenant(), accepted.rate(), accepted.gpus(), accepted.milliOfEach(), accepted.cap());
    }
}
