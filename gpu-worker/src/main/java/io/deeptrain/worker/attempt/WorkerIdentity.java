package io.deeptrain.worker.attempt;

import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.WorkerId;

/** Who this worker is: its lasting name, this start of it, and the class of its GPU. */
public record WorkerIdentity(WorkerId workerId, IncarnationId incarnation, String gpuClass) {}
