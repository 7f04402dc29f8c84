package io.deeptrain.worker.network;

/**
 * By what a loss is multiplied before its gradient is computed with float16 numbers, whose small range would lose most
 * of it (Micikevicius et al. 2018). It follows the gradient: halved when a number was too large, doubled after many
 * steps of which none was. A part of what a network has learned: a training that goes on elsewhere takes it along, also
 * over devices that need none.
 *
 * @param factor a power of two, so that scaling loses no digit
 * @param goodSteps since it last changed
 * @param skippedSteps of the whole training, from whose gradients nothing could be learned
 */
public record LossScale(float factor, int goodSteps, long skippedSteps) {
    /** Doubled after so many good steps, and begun with so much, as PyTorch's own scaler does. */
    static final int GOOD_STEPS_TO_DOUBLE = 2_000;

    private static final float FACTOR_FIRST = 0x1p16f;

    /** A gradient that is not finite even so is no question of range any more. */
    static final float FACTOR_MIN = 0x1p-13f;

    static final float FACTOR_MAX = 0x1p24f;

    /** Of a training that begins. */
    public static final LossScale START = new LossScale(FACTOR_FIRST, 0, 0);

    public LossScale {
        if (!(factor >= FACTOR_MIN / 2 && factor <= FACTOR_MAX)
                || factor != Math.scalb(1f, Math.getExponent(factor))
                || goodSteps < 0
                || goodSteps >= GOOD_STEPS_TO_DOUBLE
                || skippedSteps < 0) {
            throw new IllegalArgumentException("no loss is scaled by %s after %d good steps and %d skipped ones"
                    .formatted(factor, goodSteps, skippedSteps));
        }
    }

    /** After a step whose gradient was finite. */
    public LossScale afterGoodStep() {
        return goodSteps + 1 < GOOD_STEPS_TO_DOUBLE
                ? new LossScale(factor, goodSteps + 1, skippedSteps)
                : new LossScale(Math.min(2 * factor, FACTOR_MAX), 0, skippedSteps);
    }

    /** After a step whose gradient was not, so that it was skipped. */
    public LossScale afterSkippedStep() {
        return new LossScale(Math.max(factor / 2, FACTOR_MIN / 2), 0, skippedSteps + 1);
    }

    /** Whether no factor helps. */
    public boolean isExhausted() {
        return factor < FACTOR_MIN;
    }
}
