package io.deeptrain.worker.detection;

import java.util.ArrayList;
import java.util.List;

/** Leaves one detection of each object: the surest. What overlaps a surer one of the same concept is left out. */
public final class Suppression {
    /** The largest intersection over union of two objects of one concept. */
    static final double OVERLAP_MAX = 0.5;

    private Suppression() {}

    /** The surest first, so many at most. */
    public static List<Detection> of(List<Detection> detections, int max) {
        List<Detection> kept = new ArrayList<>();
        for (Detection next : detections.stream().sorted(Detection.SUREST_FIRST).toList()) {
            if (kept.size() == max) {
                break;
            }
            if (kept.stream()
                    .noneMatch(surer ->
                            surer.concept() == next.concept() && surer.box().overlap(next.box()) > OVERLAP_MAX)) {
                kept.add(next);
            }
        }
        return List.copyOf(kept);
    }
}
