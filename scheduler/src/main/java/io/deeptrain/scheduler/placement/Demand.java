package io.deeptrain.scheduler.placement;

/**
 * What a job needs of one worker.
 *
 * @param gpus how many; 0 for work that needs none
 * @param gpuMilli thousandths of each of them; 1000 is a whole GPU, less is a share of a single one
 * @param cpuMilli thousandths of a CPU core; 0 if it does not matter
 * @param memoryMib of the worker's memory; 0 if it does not matter
 */
public record Demand(int gpus, int gpuMilli, int cpuMilli, int memoryMib) {
    public static final int WHOLE = 1000;

    public Demand {
        if (gpus < 0 || cpuMilli < 0 || memoryMib < 0) {
            throw new IllegalArgumentException("gpus, cpuMilli and memoryMib must not be negative: %d, %d, %d"
                    .formatted(gpus, cpuMilli, memoryMib));
        }
        if (gpuMilli < 1 || gpuMilli > WHOLE) {
            throw new IllegalArgumentException("gpuMilli must be between 1 and 1000: " + gpuMilli);
        }
        if (gpuMilli < WHOLE && gpus != 1) {
            throw new IllegalArgumentException(
                    "only one GPU can be shared, gpus must be 1 with gpuMilli below 1000: %d with %d"
                            .formatted(gpus, gpuMilli));
        }
        if (gpus == 0 && cpuMilli == 0 && memoryMib == 0) {
            throw new IllegalArgumentException("one of gpus, cpuMilli and memoryMib must be above 0");
        }
    }

    public static Demand gpus(int gpus) {
        return new Demand(gpus, WHOLE, 0, 0);
    }

    /** Whole GPUs and nothing else: then a worker is fit for it by the number of its free GPUs alone. */
    boolean isWholeGpusOnly() {
        return gpus > 0 && gpuMilli == WHOLE && cpuMilli == 0 && memoryMib == 0;
    }

    boolean isShared() {
        return gpuMilli < WHOLE;
    }

    /** Thousandths of GPUs altogether. */
    int gpuMilliTotal() {
        return gpus * gpuMilli;
    }
}
