package io.deeptrain.scheduler.queue;

/**
 * What a tenant has lately used, of which each full hour halves the rest.
 *
 * @param gpuMillis GPUs times the milliseconds that each was held
 * @param hour full hours since 1970 up to which it is halved
 */
public record TenantUse(long gpuMillis, long hour) {
    public static final TenantUse NONE = new TenantUse(0, 0);

    private static final long SHIFT_MAX = 62;

    /** The same use as it counts in a later hour. */
    public TenantUse decayedTo(long laterHour) {
        if (laterHour <= hour) {
            return this;
        }
        return new TenantUse(gpuMillis >> Math.min(laterHour - hour, SHIFT_MAX), laterHour);
    }

    public TenantUse plus(long moreGpuMillis) {
        return new TenantUse(gpuMillis + moreGpuMillis, hour);
    }

    /** Whether this was taken after {@code other}: within one hour use only grows. */
    public boolean isNewerThan(TenantUse other) {
        return hour != other.hour ? hour > other.hour : gpuMillis > other.gpuMillis;
    }
}
