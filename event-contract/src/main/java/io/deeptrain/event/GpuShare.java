package io.deeptrain.event;

/** How large a part of a GPU is: in thousandths, so that sums and prices are exact. */
public final class GpuShare {
    /** A whole GPU. */
    public static final int WHOLE = 1000;

    private GpuShare() {}

    /**
     * The nearest number of thousandths.
     *
     * @param fraction of a GPU, above 0 and at most 1
     */
    public static int milli(double fraction) {
        if (!(fraction > 0 && fraction <= 1)) {
            throw new IllegalArgumentException("a fraction of a GPU must be above 0 and at most 1: " + fraction);
        }
        return Math.max(1, (int) Math.round(fraction * WHOLE));
    }
}
