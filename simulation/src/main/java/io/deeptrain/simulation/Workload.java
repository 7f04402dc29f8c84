package io.deeptrain.simulation;

/**
 * What a tenant's training is like.
 *
 * @param longReads how often it says, while it prepares, that it has read more of its inputs
 * @param looksPerEpoch how often it says, after an epoch, that it still looks at its test images
 * @param failsAtStep the step at which it fails by the tenant's fault; 0 for never
 * @param failsWhilePreparing whether its data cannot be used at all
 */
record Workload(
        long prepareMillis,
        int longReads,
        long stepMillis,
        long steps,
        long stepsPerEpoch,
        int looksPerEpoch,
        long failsAtStep,
        boolean failsWhilePreparing) {

    /** So many take longer than a step may, until it counts as hung. */
    private static final int LOOKS_LONG = 9;

    static final int LOOK_MILLIS = 2_000;

    /** So many take longer than an attempt that prepares may be quiet. */
    private static final int READS_LONG = 10;

    static final int READ_MILLIS = 2_500;

    static Workload drawn(Chance chance) {
        long steps = chance.between(2L, 24L);
        return new Workload(
                chance.between(20L, 1_200L),
                chance.oneIn(12) ? READS_LONG : 0,
                chance.between(60L, 450L),
                steps,
                chance.between(2L, 6L),
                chance.oneIn(12) ? LOOKS_LONG : 0,
                chance.oneIn(8) ? chance.between(1L, steps) : 0,
                chance.oneIn(25));
    }

    /** How long an undisturbed attempt takes, generously. */
    long millisMax() {
        return prepareMillis
                + (long) longReads * READ_MILLIS
                + stepMillis * steps
                + steps / stepsPerEpoch * looksPerEpoch * LOOK_MILLIS
                + 2_000;
    }
}
