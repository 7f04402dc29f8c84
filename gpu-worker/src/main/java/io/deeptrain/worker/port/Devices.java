package io.deeptrain.worker.port;

import io.deeptrain.worker.gpu.GpuHealth;

/** The GPUs of this machine. */
@FunctionalInterface
public interface Devices {
    /** Always well. */
    Devices HEALTHY = GpuHealth.Healthy::new;

    /** How they are now. */
    GpuHealth health() throws InterruptedException;
}
