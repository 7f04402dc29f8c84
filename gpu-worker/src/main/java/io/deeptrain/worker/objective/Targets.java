package io.deeptrain.worker.objective;

import java.nio.FloatBuffer;

/** Turns what is known of an image into the numbers that a network's answers are compared with. */
public interface Targets {
    /** How many numbers an image has. */
    int perImage();

    /**
     * Writes an image's numbers.
     *
     * @param into holds zeros from {@code at} on
     */
    void write(Labels labels, FloatBuffer into, int at);

    /**
     * What the mean loss of images is divided by: so much a part of a batch counts beside the other parts.
     *
     * @param targets of these images, from the position to the limit
     */
    default double weight(FloatBuffer targets) {
        return (double) targets.remaining() / perImage();
    }
}
