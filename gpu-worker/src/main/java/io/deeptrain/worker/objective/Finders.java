package io.deeptrain.worker.objective;

import java.nio.FloatBuffer;

/** The places of images - anchors or points - that are to find something. */
final class Finders {
    /** What the first number of the others is at most. */
    static final float BACKGROUND = 0;

    private Finders() {}

    /**
     * How many there are; a detector's loss is a mean over them, and if there are none, over one.
     *
     * @param numbers of a place, the first of which is above {@link #BACKGROUND} if it is to find something
     */
    static double count(FloatBuffer targets, int numbers) {
        int found = 0;
        for (int at = targets.position(); at < targets.limit(); at += numbers) {
            if (targets.get(at) > BACKGROUND) {
                found++;
            }
        }
        return Math.max(1, found);
    }
}
