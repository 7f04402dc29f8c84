package io.deeptrain.scheduler.queue;

/** How urgent the jobs of a queue are, the least urgent first. */
public enum Priority {
    LOW(3),
    NORMAL(2),
    HIGH(1),
    CRITICAL(0);

    private final int classesAbove;

    Priority(int classesAbove) {
        this.classesAbove = classesAbove;
    }

    /** How many classes are more urgent than this one. */
    int classesAbove() {
        return classesAbove;
    }
}
