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
     * What the readings and the driver's errors say together of the GPUs that a worker sees. As long as all of those
     * are there, what befalls another one of the machine is not its worker's affair; else it may be one of them.
     *
     * @param all of the machine
     * @param errors since the machine was started
     * @param visible as {@link VisibleGpus#names} has them
     */
    static GpuHealth of(List<GpuReading> all, List<XidError> errors, List<String> visible) {
        List<GpuReading> own = all.stream()
                .filter(gpu -> visible.stream().anyMatch(gpu::isCalled))
                .toList();
        boolean isKnown = !visible.isEmpty() && own.size() == visible.size();
        List<String> reasons = new ArrayList<>();
        for (GpuReading gpu : isKnown ? own : all) {
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
                .filter(error -> !isKnown || own.stream().anyMatch(gpu -> gpu.isAt(error.device())))
                .distinct()
                .map(error -> "the driver reported Xid %d for the GPU at %s".formatted(error.code(), error.device()))
                .forEach(reasons::add);
        return reasons.isEmpty() ? new Healthy() : new Broken(reasons);
    }
}
