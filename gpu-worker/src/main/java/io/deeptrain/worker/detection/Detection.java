package io.deeptrain.worker.detection;

import java.util.Comparator;

/**
 * Something that a detector sees.
 *
 * @param concept the concept's position
 * @param score how sure it is, between 0 and 1
 * @param box in fractions of the image's height and width
 */
public record Detection(int concept, float score, Box box) {
    /** The surest first; what comes first among equals does not depend on how they were found. */
    public static final Comparator<Detection> SUREST_FIRST = Comparator.comparingDouble(Detection::score)
            .reversed()
            .thenComparingInt(Detection::concept)
            .thenComparingDouble(detection -> detection.box().top())
            .thenComparingDouble(detection -> detection.box().left())
            .thenComparingDouble(detection -> detection.box().bottom())
            .thenComparingDouble(detection -> detection.box().right());
}
