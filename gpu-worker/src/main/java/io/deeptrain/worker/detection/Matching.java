package io.deeptrain.worker.detection;

import java.util.Arrays;
import java.util.List;

/**
 * Which object each anchor is to find, Lin et al. 2017: the one that it overlaps most, from an intersection over union
 * of one half on. So that every object is found by some anchor, the anchors that overlap it most are to find it however
 * little that is.
 */
public final class Matching {
    /** The anchor shows background. */
    public static final int BACKGROUND = -1;

    /** The anchor shows neither an object well enough nor background: it teaches nothing. */
    public static final int IGNORED = -2;

    static final double OBJECT_FROM = 0.5;
    static final double BACKGROUND_BELOW = 0.4;

    private Matching() {}

    /** For each anchor the position of its object, or {@link #BACKGROUND} or {@link #IGNORED}. */
    public static int[] of(List<Box> anchors, List<Box> objects) {
        int[] found = new int[anchors.size()];
        double[] overlapOfAnchor = new double[anchors.size()];
        double[] overlapOfObject = new double[objects.size()];
        Arrays.fill(found, BACKGROUND);
        for (int n = 0; n < found.length; n++) {
            for (int object = 0; object < objects.size(); object++) {
                double overlap = anchors.get(n).overlap(objects.get(object));
                overlapOfObject[object] = Math.max(overlapOfObject[object], overlap);
                if (overlap > overlapOfAnchor[n]) {
                    overlapOfAnchor[n] = overlap;
                    found[n] = object;
                }
            }
            if (overlapOfAnchor[n] < OBJECT_FROM) {
                found[n] = overlapOfAnchor[n] < BACKGROUND_BELOW ? BACKGROUND : IGNORED;
            }
        }
        for (int object = 0; object < objects.size(); object++) {
            for (int n = 0; n < found.length && overlapOfObject[object] > 0; n++) {
                // What the anchor overlaps better, and well enough, it is to find all the same.
                if (found[n] < 0 && anchors.get(n).overlap(objects.get(object)) == overlapOfObject[object]) {
                    found[n] = object;
                }
            }
        }
        return found;
    }
}
