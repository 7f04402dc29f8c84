package io.deeptrain.simulation;

import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Which GPUs the workers have, and which the trainings want: in some runs not all are alike. The first worker has a
 * whole GPU, so that whoever wants any finds one; and nobody wants what no worker has. What is true of it stays here,
 * however the scheduler sees it.
 */
final class GpuKinds {
    private static final List<String> CLASSES = List.of("simulated", "imagined");
    private static final List<Integer> SLICES = List.of(143, 286, 500);

    private final SplittableRandom chance;
    private final boolean mixed;
    private final Map<WorkerId, Gpu> gpus = new HashMap<>();
    private final List<Gpu> inOrder = new ArrayList<>();
    private final Map<JobId, Map<String, Object>> wanted = new HashMap<>();

    /** What a worker has: a whole GPU, or so many thousandths of one. */
    record Gpu(String gpuClass, Optional<Integer> milli) {}

    /** In runs with attempts over several workers all are alike. */
    GpuKinds(SplittableRandom chance, boolean joint) {
        this.chance = chance;
        mixed = !joint && chance.nextInt(3) == 0;
    }

    boolean isMixed() {
        return mixed;
    }

    void arrive(WorkerId workerId) {
        boolean isFirst = inOrder.isEmpty();
        String gpuClass = mixed && !isFirst ? CLASSES.get(chance.nextInt(CLASSES.size())) : CLASSES.getFirst();
        boolean isSlice = mixed && !isFirst && chance.nextInt(3) == 0;
        Gpu gpu =
                new Gpu(gpuClass, isSlice ? Optional.of(SLICES.get(chance.nextInt(SLICES.size()))) : Optional.empty());
        gpus.put(workerId, gpu);
        inOrder.add(gpu);
    }

    Gpu of(WorkerId workerId) {
        Gpu gpu = gpus.get(workerId);
        if (gpu == null) {
            throw new IllegalStateException("no worker of this run: " + workerId);
        }
        return gpu;
    }

    /** What somebody's next training wants of its GPU. */
    Map<String, Object> drawn() {
        Map<String, Object> wish = new TreeMap<>();
        if (mixed && chance.nextBoolean()) {
            Gpu there = inOrder.get(chance.nextInt(inOrder.size()));
            if (there.milli().isPresent()) {
                wish.put("gpu_fraction", chance.nextInt(1, there.milli().get() + 1) / 1000.0);
            }
            if (there.milli().isEmpty() || chance.nextBoolean()) {
                wish.put("gpu_class", there.gpuClass());
            }
        }
        return wish;
    }

    void wants(JobId jobId, Map<String, Object> wish) {
        wanted.put(jobId, wish);
    }

    /** Whether the training got what it wanted: its class, and a slice that is large enough or else a whole GPU. */
    boolean suits(JobId jobId, WorkerId workerId) {
        Map<String, Object> wish = wanted.getOrDefault(jobId, Map.of());
        Gpu gpu = of(workerId);
        boolean isOfClass = gpu.gpuClass().equals(wish.getOrDefault("gpu_class", gpu.gpuClass()));
        if (wish.get("gpu_fraction") instanceof Double fraction) {
            return isOfClass
                    && gpu.milli().filter(milli -> milli >= fraction * 1000).isPresent();
        }
        return isOfClass && gpu.milli().isEmpty();
    }
}
