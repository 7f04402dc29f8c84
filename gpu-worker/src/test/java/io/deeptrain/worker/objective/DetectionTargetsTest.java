package io.deeptrain.worker.objective;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.detection.Box;
import io.deeptrain.worker.detection.DetectorSettings;
import io.deeptrain.worker.network.DetectorArchitectures;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.objective.Labels.LabelledBox;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class DetectionTargetsTest {
    private static final int IMAGE_SIZE = 64;
    private static final DetectorSettings SETTINGS = new DetectorSettings(List.of(0.5, 1.0, 2.0), true, false, 0.2);

    @Test
    void images_count_by_the_anchors_that_are_to_find_something() {
        Network network = DetectorArchitectures.ofTemplate(
                        "DeepTrain_SmallDetector", 2, SETTINGS.anchorsPerPixel(), SETTINGS.regressors(2))
                .orElseThrow();
        Targets targets = new Objective.ObjectDetection(SETTINGS).targets(network, IMAGE_SIZE);
        FloatBuffer numbers = FloatBuffer.allocate(3 * targets.perImage());
        Labels object = new Labels(List.of(1), List.of(new LabelledBox(1, new Box(0.2, 0.2, 0.7, 0.7))));
        targets.write(object, numbers, 0);
        targets.write(new Labels(List.of(), List.of()), numbers, targets.perImage());
        targets.write(object, numbers, 2 * targets.perImage());

        double first = targets.weight(numbers.slice(0, targets.perImage()));
        assertThat(first).isGreaterThan(1);
        assertThat(targets.weight(numbers.slice(targets.perImage(), targets.perImage())))
                .isEqualTo(1);
        assertThat(targets.weight(numbers.duplicate().position(2 * targets.perImage())))
                .isEqualTo(first);
        assertThat(targets.weight(numbers)).isEqualTo(2 * first);
    }
}
