package io.deeptrain.worker.network;

/** How logits become values between 0 and 1. */
public enum Activation {
    /** Concepts exclude each other: the values add up to 1. */
    SOFTMAX {
        @Override
        public void apply(float[] logits, int from, int to) {
            float max = Float.NEGATIVE_INFINITY;
            for (int i = from; i < to; i++) {
                max = Math.max(max, logits[i]);
            }
            double sum = 0;
            for (int i = from; i < to; i++) {
                double value = Math.exp(logits[i] - max);
                logits[i] = (float) value;
                sum += value;
            }
            for (int i = from; i < to; i++) {
                logits[i] = (float) (logits[i] / sum);
            }
        }
    },
    /** Each concept is decided by itself: an image can show several. */
    SIGMOID {
        @Override
        public void apply(float[] logits, int from, int to) {
            for (int i = from; i < to; i++) {
                logits[i] = (float) (1 / (1 + Math.exp(-logits[i])));
            }
        }
    };

    /** Replaces the logits in {@code [from, to)}, those of one image, by values. */
    public abstract void apply(float[] logits, int from, int to);
}
