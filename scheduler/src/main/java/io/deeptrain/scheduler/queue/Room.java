package io.deeptrain.scheduler.queue;

/** What the fleet has to offer. */
public interface Room {
    /** Whether a job of this shape could start now. */
    boolean has(Shape shape);

    /** Whether it could if nobody else ran. */
    boolean canEverHave(Shape shape);
}
