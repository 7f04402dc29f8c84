package io.deeptrain.worker.network;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * RetinaNet, Lin et al. 2017, "Focal loss for dense object detection": two heads on a feature pyramid.
 *
 * <p>The classes of a level are a logit for each anchor of a pixel and each concept, the boxes the coded boxes of each
 * anchor, one or one for each concept; in the order anchor, concept, number.
 */
final class RetinaNet {
    private static final int BOX_NUMBERS = 4;

    private RetinaNet() {}

    /**
     * A detector.
     *
     * @param anchors at each pixel
     * @param regressors boxes of each anchor
     */
    static Network of(
            String architecture,
            GraphBuilder graph,
            FeaturePyramid pyramid,
            int concepts,
            int anchors,
            int regressors) {
        SequencedMap<String, Integer> outputs = new LinkedHashMap<>();
        for (int level = 0; level < FeaturePyramid.LEVELS.size(); level++) {
            int tower = pyramid.tower("head.classification", pyramid.levels().get(level));
            outputs.put(
                    FeaturePyramid.classes(FeaturePyramid.LEVELS.get(level)),
                    pyramid.last("head.classification.last", tower, anchors * concepts, FeaturePyramid.PRIOR_LOGIT));
        }
        for (int level = 0; level < FeaturePyramid.LEVELS.size(); level++) {
            int tower = pyramid.tower("head.regression", pyramid.levels().get(level));
            outputs.put(
                    FeaturePyramid.boxes(FeaturePyramid.LEVELS.get(level)),
                    pyramid.last("head.regression.last", tower, anchors * regressors * BOX_NUMBERS, 0));
        }
        return graph.network(architecture, outputs);
    }
}
