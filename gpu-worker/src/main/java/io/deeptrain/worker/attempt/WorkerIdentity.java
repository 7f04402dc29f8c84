package io.deeptrain.worker.attempt;

import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.WorkerId;

/**
 * Who this worker is: its lasting name, this start of it, and what it has.
 *
 * @param gpuClass of its GPUs
 * @param gpus how many it has; the one attempt that it runs may use them all
 */
public record WorkerIdentity(WorkerId workerId, IncarnationId incarnation, String gpuClass, int gpus) {
    public WorkerIdentity {
        if (gpus < 1) {
            throw new IllegalArgumentException("a worker has at least one GPU, or a processor: " + gpus);
        }
    }
}
