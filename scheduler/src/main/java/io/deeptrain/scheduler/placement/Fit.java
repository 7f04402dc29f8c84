package io.deeptrain.scheduler.placement;

/** Whether a shape has a place, and if not what is missing. */
public sealed interface Fit {
    /** It could be placed now. */
    record Now() implements Fit {}

    /** It fits in principle, but not in what is free now. */
    record NotNow(Shortage shortage) implements Fit {}

    /** It would not fit even if nothing were in use: more or other workers are needed, or another shape. */
    record Never(Shortage shortage) implements Fit {}

    /**
     * The answer for whole GPUs, in O(log n) for n workers.
     *
     * @param whole what the workers have
     * @param free what is free of it
     */
    static Fit of(Shape shape, RoomIndex whole, RoomIndex free) {
        return of(shape, shape.each().gpus(), whole, free);
    }

    /** The answer when so many units of the indexes make up one worker of the shape. */
    static Fit of(Shape shape, int unitsEach, RoomIndex whole, RoomIndex free) {
        int slotsFree = free.slotsMax(shape.classes(), unitsEach, shape.together());
        if (slotsFree >= shape.workers()) {
            return new Now();
        }
        int slots = whole.slotsMax(shape.classes(), unitsEach, shape.together());
        if (slots >= shape.workers()) {
            return new NotNow(new Shortage(shape, slotsFree, free.gpusMax(shape.classes()), true));
        }
        return new Never(new Shortage(shape, slots, whole.gpusMax(shape.classes()), false));
    }
}
