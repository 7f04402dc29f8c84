package io.deeptrain.worker.detection;

import io.deeptrain.worker.network.DetectorHead;

/**
 * What can be chosen about a detector that starts from points.
 *
 * @param scoreThreshold what is said of an image has a higher score, 0 to 1
 */
public record PointSettings(double scoreThreshold) implements DetectorSettings {
    public PointSettings {
        DetectorSettings.requireScore(scoreThreshold);
    }

    @Override
    public DetectorHead head(int concepts) {
        return new DetectorHead.AnchorFree();
    }
}
