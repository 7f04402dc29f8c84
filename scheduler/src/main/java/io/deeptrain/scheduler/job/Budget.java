package io.deeptrain.scheduler.job;

import io.deeptrain.event.CostCap.AtMost;
import io.deeptrain.event.CostCap.Unlimited;
import io.deeptrain.event.GpuShare;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import java.math.BigInteger;

/**
 * The meter time that a job's cost cap pays for: whole seconds of all its GPUs, the last of which costs at most the
 * cap.
 *
 * @param gpus with fewer of them it pays for longer
 */
public record Budget(long millisMax, int gpus) {
    public static final Budget UNLIMITED = new Budget(Long.MAX_VALUE, 1);

    private static final BigInteger SECONDS_PER_HOUR = BigInteger.valueOf(3600);
    private static final BigInteger MILLIS_PER_SECOND = BigInteger.valueOf(1000);

    public static Budget of(TrainingRequested request) {
        return switch (request.cap()) {
            case Unlimited() -> UNLIMITED;
            case AtMost(var cents) ->
                paying(
                        cents,
                        request.rate().centsPerGpuHour(),
                        request.spec().gpus(),
                        request.spec().gpuMilli());
        };
    }

    public boolean reachedBy(long billableGpuMillis) {
        return millisMax != Long.MAX_VALUE && billableGpuMillis / gpus >= millisMax;
    }

    private static Budget paying(long cents, long centsPerGpuHour, int gpus, int gpuMilli) {
        BigInteger centsPerHour = BigInteger.valueOf(centsPerGpuHour).multiply(BigInteger.valueOf(gpus));
        if (centsPerHour.signum() == 0) {
            return UNLIMITED;
        }
        BigInteger seconds =
                BigInteger.valueOf(cents).multiply(SECONDS_PER_HOUR).divide(centsPerHour);
        // Of a slice so many more as it is smaller than a GPU, rounded up, so that it has had the last second.
        BigInteger[] millis = seconds.multiply(MILLIS_PER_SECOND)
                .multiply(BigInteger.valueOf(GpuShare.WHOLE))
                .divideAndRemainder(BigInteger.valueOf(gpuMilli));
        BigInteger millisMax = millis[0].add(BigInteger.valueOf(millis[1].signum()));
        return millisMax.bitLength() < Long.SIZE ? new Budget(millisMax.longValueExact(), gpus) : UNLIMITED;
    }
}
