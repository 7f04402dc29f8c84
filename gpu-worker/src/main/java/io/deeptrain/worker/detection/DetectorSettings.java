package io.deeptrain.worker.detection;

import io.deeptrain.worker.network.DetectorHead;

/** What can be chosen about a detector, of either kind. */
public sealed interface DetectorSettings permits AnchorSettings, PointSettings {
    /** What is said of an image has a higher score, 0 to 1. */
    double scoreThreshold();

    /** What the network answers, which tells so many concepts apart. */
    DetectorHead head(int concepts);

    /** Refuses what is no score. */
    static void requireScore(double threshold) {
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new IllegalArgumentException("detection_score_threshold must be 0 to 1: " + threshold);
        }
    }
}
