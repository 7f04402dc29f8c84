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
}
