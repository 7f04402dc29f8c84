package io.deeptrain.scheduler.queue;

import io.deeptrain.scheduler.placement.GpuKind;

/**
 * What jobs ask for, as far as their place in the queue depends on it. Whether there is room is asked once for each
 * shape, never for each job.
 *
 * @param gpuClass in whose shares and quotas it counts
 * @param gpus all together or not at all
 * @param kind which GPUs there must be room on
 */
public record Shape(String gpuClass, int gpus, GpuKind kind) implements Comparable<Shape> {
    /** Here all GPUs of a fleet count alike, whatever their class. */
    public static final String ANY_CLASS = "any";

    public Shape {
        if (gpus < 1) {
            throw new IllegalArgumentException("a job needs at least one GPU: " + gpus);
        }
    }

    /** Whatever GPUs there is room on. */
    public Shape(String gpuClass, int gpus) {
        this(gpuClass, gpus, GpuKind.ANY);
    }

    /** So many GPUs of whatever kind. */
    public static Shape ofAnyClass(int gpus) {
        return new Shape(ANY_CLASS, gpus);
    }

    /** So many GPUs of this kind, which count like all others in shares and quotas. */
    public static Shape of(GpuKind kind, int gpus) {
        return new Shape(ANY_CLASS, gpus, kind);
    }

    /** Thousandths of GPUs altogether, which is what counts in shares and quotas. */
    public long gpuMilli() {
        return (long) gpus * kind.gpuMilli();
    }

    @Override
    public int compareTo(Shape other) {
        int byClass = gpuClass.compareTo(other.gpuClass);
        if (byClass != 0) {
            return byClass;
        }
        return gpus != other.gpus ? Integer.compare(gpus, other.gpus) : kind.compareTo(other.kind);
    }
}
