package io.deeptrain.worker.network;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * FCOS, Tian et al. 2019, "FCOS: Fully convolutional one-stage object detection": a detector without anchors. Two heads
 * on a feature pyramid tell for each pixel which concept it is part of, how far the sides of what it is part of are
 * away, and how near it is to the centre of that.
 *
 * <p>The classes of a level are a logit for each concept; the boxes the logarithms of the distances to the top, left,
 * bottom and right side, in strides of the level; {@code centres.p3} is the logit of the centre-ness, which comes from
 * the head of the boxes, as in the paper's later version (2020, "FCOS: A simple and strong anchor-free object
 * detector").
 *
 * <p>Other than there, the heads have no group normalisation, and the distances no factor to learn for each level.
 */
public final class Fcos {
    private static final int BOX_NUMBERS = 4;

    private Fcos() {}

    /** What the output with a level's centre-nesses is called. */
    public static String centres(String level) {
        return "centres." + level;
    }

    static Network of(String architecture, GraphBuilder graph, FeaturePyramid pyramid, int concepts) {
        SequencedMap<String, Integer> outputs = new LinkedHashMap<>();
        for (int level = 0; level < FeaturePyramid.LEVELS.size(); level++) {
            int tower = pyramid.tower("head.classification", pyramid.levels().get(level));
            outputs.put(
                    FeaturePyramid.classes(FeaturePyramid.LEVELS.get(level)),
                    pyramid.last("head.classification.last", tower, concepts, FeaturePyramid.PRIOR_LOGIT));
        }
        for (int level = 0; level < FeaturePyramid.LEVELS.size(); level++) {
            String name = FeaturePyramid.LEVELS.get(level);
            int tower = pyramid.tower("head.regression", pyramid.levels().get(level));
            outputs.put(FeaturePyramid.boxes(name), pyramid.last("head.regression.boxes", tower, BOX_NUMBERS, 0));
            outputs.put(centres(name), pyramid.last("head.regression.centres", tower, 1, 0));
        }
        return graph.network(architecture, outputs);
    }
}
