package io.deeptrain.worker.gpu;

import java.util.ArrayList;
import java.util.List;

/** Whether a worker's GPUs can be relied on. */
public sealed interface GpuHealth {
    /** From here on a device slows itself down, and soon turns itself off. */
    int CELSIUS_MAX = 95;

    /** They can; so can a worker that has none. */
    record Healthy() implements GpuHealth {}

    /** They cannot, and why: sentences for the operator. */
    record Broken(List<String> reasons) implements GpuHealth {
        public Broken {
            reasons = List.copyOf(reasons);
        }
    }

    /**
     * What the readings and the driver's errors say together.
     *
     * @param errors since the machine was started
     */
    static GpuHealth of(List<GpuReading> readings, List<XidError> errors) {
        List<String> reasons = new ArrayList<>();
        for (GpuReading gpu : readings) {
            if (gpu.uncorrectedErrors() > 0) {
                reasons.add("GPU %d (%s) has %d errors of its memory that could not be corrected"
                        .formatted(gpu.index(), gpu.uuid(), gpu.uncorrectedErrors()));
            }
            if (gpu.celsius() >= CELSIUS_MAX) {
                reasons.add("GPU %d (%s) is at %d degrees Celsius, %d is too hot"
                        .formatted(gpu.index(), gpu.uuid(), gpu.celsius(), CELSIUS_MAX));
            }
        }
        errors.stream()
                .filter(XidError::isFatal)
                .distinct()
                .map(error -> "the driver reported Xid %d for the GPU at %s".formatted(error.code(), error.device()))
                .forEach(reasons::add);
        return reasons.isEmpty() ? new Healthy() : new Broken(reasons);
    }
}
