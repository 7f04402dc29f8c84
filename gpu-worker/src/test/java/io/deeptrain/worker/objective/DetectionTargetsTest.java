package io.deeptrain.worker.objective;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.detection.Box;
import io.deeptrain.worker.detection.DetectorKinds;
import io.deeptrain.worker.detection.DetectorSettings;
import io.deeptrain.worker.detection.PointSettings;
import io.deeptrain.worker.network.DetectorArchitectures;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.objective.Labels.LabelledBox;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DetectionTargetsTest {
    private static final int IMAGE_SIZE = 64;

    @ParameterizedTest
    @ValueSource(strings = {"DeepTrain_SmallDetector", "DeepTrain_AnchorFreeDetector"})
    void images_count_by_the_places_that_are_to_find_something(String template) {
        DetectorSettings settings = DetectorKinds.of(template, false);
        Network network =
                DetectorArchitectures.ofTemplate(template, 2, settings.head(2)).orElseThrow();
        Targets targets = new Objective.ObjectDetection(settings).targets(network, IMAGE_SIZE);
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

    /** At 64 pixels the finest level has 8 x 8 points, the first at 4, 4. */
    @Test
    void a_point_is_told_the_concept_the_sides_and_how_central_it_is() {
        PointSettings settings = new PointSettings(0.2);
        Network network = DetectorArchitectures.ofTemplate("DeepTrain_AnchorFreeDetector", 2, settings.head(2))
                .orElseThrow();
        Targets targets = new Objective.ObjectDetection(settings).targets(network, IMAGE_SIZE);
        FloatBuffer numbers = FloatBuffer.allocate(targets.perImage());
        Box box = new Box(2 / 64.0, 8 / 64.0, 14 / 64.0, 32 / 64.0);
        targets.write(new Labels(List.of(1), List.of(new LabelledBox(1, box))), numbers, 0);

        // The point at row 4, column 20: 2 and 10 from top and bottom, 12 from either side.
        float[] told = new float[PointTargets.NUMBERS];
        numbers.get(2 * PointTargets.NUMBERS, told);
        assertThat(told).containsExactly(2, 0.25f, 1.5f, 1.25f, 1.5f, (float) Math.sqrt(0.2));
        numbers.get(6 * PointTargets.NUMBERS, told);
        assertThat(told).containsOnly(0);
    }
}
