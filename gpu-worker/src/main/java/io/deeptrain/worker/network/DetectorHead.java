package io.deeptrain.worker.network;

/** What a detector answers at each pixel of a pyramid's level. */
public sealed interface DetectorHead {
    /**
     * Scores and boxes of boxes to start from: see {@link RetinaNet}.
     *
     * @param perPixel how many of them
     * @param regressors boxes of each
     */
    record Anchored(int perPixel, int regressors) implements DetectorHead {}

    /** Scores and the box around the pixel itself: see {@link Fcos}. */
    record AnchorFree() implements DetectorHead {}
}
