package io.deeptrain.scheduler.queue;

/**
 * What jobs ask for, as far as their place in the queue depends on it. Whether there is room is asked once for each
 * shape, never for each job.
 *
 * @param gpuClass the kind of GPU, or {@link #ANY_CLASS}
 * @param gpus all together or not at all
 */
public record Shape(String gpuClass, int gpus) implements Comparable<Shape> {
    /** Asked for by jobs that run on every kind of GPU. It has a quota of its own, as any class. */
    public static final String ANY_CLASS = "any";

    public Shape {
        if (gpus < 1) {
            throw new IllegalArgumentException("a job needs at least one GPU: " + gpus);
        }
    }

    /** So many GPUs of whatever kind. */
    public static Shape ofAnyClass(int gpus) {
        return new Shape(ANY_CLASS, gpus);
    }

    @Override
    public int compareTo(Shape other) {
        int byClass = gpuClass.compareTo(other.gpuClass);
        return byClass != 0 ? byClass : Integer.compare(gpus, other.gpus);
    }
}
