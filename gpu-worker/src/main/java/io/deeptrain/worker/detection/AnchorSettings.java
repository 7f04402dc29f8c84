package io.deeptrain.worker.detection;

import io.deeptrain.worker.network.DetectorHead;
import java.util.List;

/**
 * What can be chosen about a detector of anchors.
 *
 * @param anchorRatios height over width of the boxes to start from
 * @param focalLoss whether examples that are told well already weigh less
 * @param perClassRegression whether each concept has box regressors of its own, or all share one set
 * @param scoreThreshold what is said of an image has a higher score, 0 to 1
 */
public record AnchorSettings(
        List<Double> anchorRatios, boolean focalLoss, boolean perClassRegression, double scoreThreshold)
        implements DetectorSettings {
    private static final int RATIOS_MAX = 16;

    public AnchorSettings {
        anchorRatios = List.copyOf(anchorRatios);
        if (anchorRatios.isEmpty() || anchorRatios.size() > RATIOS_MAX) {
            throw new IllegalArgumentException(
                    "anchor_ratios must be 1 to %d numbers: %s".formatted(RATIOS_MAX, anchorRatios));
        }
        if (anchorRatios.stream().anyMatch(ratio -> !(ratio > 0 && ratio < Double.POSITIVE_INFINITY))) {
            throw new IllegalArgumentException("anchor_ratios must be above 0: " + anchorRatios);
        }
        DetectorSettings.requireScore(scoreThreshold);
    }

    public int anchorsPerPixel() {
        return Anchors.perPixel(anchorRatios);
    }

    /** How many boxes are answered for each anchor. */
    public int regressors(int concepts) {
        return perClassRegression ? concepts : 1;
    }

    @Override
    public DetectorHead head(int concepts) {
        return new DetectorHead.Anchored(anchorsPerPixel(), regressors(concepts));
    }
}
