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
    BF16;

    /** Tensor cores for bfloat16 numbers came with compute capability 8.0 (Ampere). */
    private static final int BF16_SINCE = 80;

    /** What one value that a layer computes takes while the network learns. */
    public int bytesOfValue() {
        return switch (this) {
            case FP32 -> Float.BYTES;
            case BF16 -> Float.BYTES / 2;
        };
    }

    /**
     * What a GPU of NVIDIA learns fastest with.
     *
     * @param computeCapability without its point, as {@code "75"} for 7.5
     */
    public static Precision ofGpu(String computeCapability) {
        return Integer.parseInt(computeCapability) >= BF16_SINCE ? BF16 : FP32;
    }
}
