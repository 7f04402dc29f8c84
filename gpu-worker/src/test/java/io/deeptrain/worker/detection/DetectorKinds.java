package io.deeptrain.worker.detection;

import io.deeptrain.worker.network.DetectorArchitectures;
import java.util.List;

/** Settings for tests that are about detectors of every kind. */
public final class DetectorKinds {
    private DetectorKinds() {}

    /** With which the template has a network: nine anchors a pixel where it has any. */
    public static DetectorSettings of(String template, boolean perClassRegression) {
        return DetectorArchitectures.isAnchorFree(template)
                ? new PointSettings(0.2)
                : new AnchorSettings(List.of(0.5, 1.0, 2.0), true, perClassRegression, 0.2);
    }
}
