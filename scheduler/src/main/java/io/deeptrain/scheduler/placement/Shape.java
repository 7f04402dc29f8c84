package io.deeptrain.scheduler.placement;

/**
 * All that placement needs to know of a job. Jobs of one shape fit in the same places.
 *
 * @param classes which GPUs it accepts; all its workers get the same class
 * @param workers how many times it needs {@code each}; more than one is a gang, which gets all of them or none
 * @param together how near to each other they must be; nearer is better
 */
public record Shape(GpuClasses classes, int workers, Demand each, Together together) {
    public Shape {
        if (workers < 1) {
            throw new IllegalArgumentException("workers must be positive: " + workers);
        }
        if (workers > 1 && (each.gpus() == 0 || each.isShared())) {
            throw new IllegalArgumentException("workers must be 1 for a demand without a whole GPU: " + each);
        }
    }

    /** GPUs of one worker, of any class. */
    public static Shape gpus(int gpus) {
        return new Shape(GpuClasses.ANY, 1, Demand.gpus(gpus), Together.ONE_WORKER);
    }

    /** Workers with so many GPUs each, anywhere, of any class. */
    public static Shape gang(int workers, int gpusEach) {
        return new Shape(GpuClasses.ANY, workers, Demand.gpus(gpusEach), Together.ANYWHERE);
    }

    public Shape of(GpuClasses accepted) {
        return new Shape(accepted, workers, each, together);
    }

    public Shape within(Together level) {
        return new Shape(classes, workers, each, level);
    }
}
