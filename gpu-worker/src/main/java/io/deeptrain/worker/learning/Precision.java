package io.deeptrain.worker.learning;

/**
 * How exactly a network's values are computed while it learns. Parameters, statistics, losses and the optimizer have 32
 * bits in any case, as have answers.
 */
public enum Precision {
    /** 32-bit floating-point numbers. */
    FP32,
    /**
     * Mixed precision (Micikevicius et al. 2018): layers compute with bfloat16 numbers, which have the range of 32-bit
     * ones and 8 bits of their mantissa, so that no loss has to be scaled (Kalamkar et al. 2019); pixels of an image
     * lie together. Where the device has instructions for it, this is faster and takes half the memory.
     */
    BF16,
    /**
     * Mixed precision with float16 numbers, for GPUs that have instructions for no other short ones. Their range is
     * small: gradients are kept in it by a factor, {@link io.deeptrain.worker.network.LossScale}.
     */
    FP16;

    /** Tensor cores for bfloat16 numbers came with compute capability 8.0 (Ampere). */
    private static final int BF16_SINCE = 80;

    /** Tensor cores, which took float16 numbers only, came with compute capability 7.0 (Volta). */
    private static final int FP16_SINCE = 70;

    /** What one value that a layer computes takes while the network learns. */
    public int bytesOfValue() {
        return switch (this) {
            case FP32 -> Float.BYTES;
            case BF16, FP16 -> Float.BYTES / 2;
        };
    }

    /** Whether the values' range is so small that losses are scaled. */
    public boolean scalesLoss() {
        return this == FP16;
    }

    /**
     * What a GPU of NVIDIA learns fastest with.
     *
     * @param computeCapability without its point, as {@code "75"} for 7.5
     */
    public static Precision ofGpu(String computeCapability) {
        int capability = Integer.parseInt(computeCapability);
        if (capability >= BF16_SINCE) {
            return BF16;
        }
        return capability >= FP16_SINCE ? FP16 : FP32;
    }
}
