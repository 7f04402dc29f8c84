package io.deeptrain.worker.attempt;

import io.deeptrain.event.FleetEvent.GangDoor;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.WorkerId;
import java.util.Optional;

/**
 * Who this worker is: its lasting name, this start of it, and what it has.
 *
 * @param gpuClass of its GPUs
 * @param gpus how many it has; the one attempt that it runs may use them all
 * @param door without it the worker shares no attempt with others
 * @param gpuMilli thousandths of a GPU that its only one is; without it, whole ones
 */
public record WorkerIdentity(
        WorkerId workerId,
        IncarnationId incarnation,
        String gpuClass,
        int gpus,
        Optional<GangDoor> door,
        Optional<Integer> gpuMilli) {
    /** Of a worker with whole GPUs. */
    public WorkerIdentity(
            WorkerId workerId, IncarnationId incarnation, String gpuClass, int gpus, Optional<GangDoor> door) {
        this(workerId, incarnation, gpuClass, gpus, door, Optional.empty());
    }

    /** Of a worker that shares no attempt with others. */
    public WorkerIdentity(WorkerId workerId, IncarnationId incarnation, String gpuClass, int gpus) {
        this(workerId, incarnation, gpuClass, gpus, Optional.empty());
    }

    public WorkerIdentity {
        if (gpus < 1) {
            throw new IllegalArgumentException("a worker has at least one GPU, or a processor: " + gpus);
        }
        if (gpuMilli.isPresent() && gpus != 1) {
            throw new IllegalArgumentException(
                    "deeptrain.worker.gpus must be 1 with deeptrain.worker.gpu-fraction below 1: " + gpus);
        }
    }
}
