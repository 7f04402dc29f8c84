package io.deeptrain.scheduler.placement;

import io.deeptrain.event.WorkerId;

/**
 * What a worker has when nothing occupies it.
 *
 * @param cpuMilli thousandths of CPU cores; {@link #UNLIMITED} if it never is what runs out
 * @param memoryMib the same of its memory
 */
public record Capacity(WorkerId workerId, String gpuClass, int gpus, int cpuMilli, int memoryMib, Topology topology) {
    public static final int UNLIMITED = Integer.MAX_VALUE;

    public Capacity {
        if (gpus > RoomIndex.GPUS_MAX) {
            throw new IllegalArgumentException(
                    "gpus of %s must be at most %d: %d".formatted(workerId, RoomIndex.GPUS_MAX, gpus));
        }
        if (gpus < 0 || cpuMilli < 0 || memoryMib < 0) {
            throw new IllegalArgumentException("gpus, cpuMilli and memoryMib of %s must not be negative: %d, %d, %d"
                    .formatted(workerId, gpus, cpuMilli, memoryMib));
        }
    }

    /** A worker of which only the GPUs count. */
    public static Capacity ofGpus(WorkerId workerId, String gpuClass, int gpus) {
        return new Capacity(workerId, gpuClass, gpus, UNLIMITED, UNLIMITED, Topology.UNKNOWN);
    }

    public Capacity at(Topology place) {
        return new Capacity(workerId, gpuClass, gpus, cpuMilli, memoryMib, place);
    }
}
