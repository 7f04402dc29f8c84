package io.deeptrain.worker.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.DetectorArchitectures;
import io.deeptrain.worker.network.Fcos;
import io.deeptrain.worker.network.FeaturePyramid;
import io.deeptrain.worker.network.Network;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an anchor-free detector answers, of two images of 64 pixels: 8 x 8 points at the finest level. */
class DetectionDecoderTest {
    private static final int SIZE = 64;
    private static final int CONCEPTS = 2;
    private static final int IMAGES = 2;
    private static final float SURE = (float) Math.log(9);
    private static final PointSettings SETTINGS = new PointSettings(0.2);
    private static final Network NETWORK = DetectorArchitectures.ofTemplate(
                    "DeepTrain_AnchorFreeDetector", CONCEPTS, SETTINGS.head(CONCEPTS))
            .orElseThrow();

    private final Map<String, float[]> values = new HashMap<>();

    private List<Detection> seen(int image, double threshold) {
        return new DetectionDecoder(NETWORK, SETTINGS, SIZE, CONCEPTS)
                .read(new Answers(Map.copyOf(values)), image, threshold);
    }

    private void nothing() {
        List<Integer> sides = FeaturePyramid.sides(NETWORK, SIZE);
        for (int level = 0; level < sides.size(); level++) {
            String name = FeaturePyramid.LEVELS.get(level);
            int pixels = IMAGES * sides.get(level) * sides.get(level);
            put(FeaturePyramid.classes(name), pixels * CONCEPTS, -20);
            put(FeaturePyramid.boxes(name), pixels * Points.NUMBERS, 0);
            put(Fcos.centres(name), pixels, 0);
        }
    }

    private void put(String output, int count, float value) {
        float[] all = new float[count];
        Arrays.fill(all, value);
        values.put(output, all);
    }

    private void object(int image, int concept, int row, int column, float centre, double... sides) {
        int pixel = row * 8 + column;
        array(FeaturePyramid.classes("p3"))[(image * CONCEPTS + concept) * 64 + pixel] = SURE;
        array(Fcos.centres("p3"))[image * 64 + pixel] = centre;
        for (int side = 0; side < sides.length; side++) {
            array(FeaturePyramid.boxes("p3"))[(image * Points.NUMBERS + side) * 64 + pixel] =
                    (float) Math.log(sides[side]);
        }
    }

    private float[] array(String output) {
        return values.getOrDefault(output, new float[0]);
    }

    /** Around the point at 28, 12, whose pixel has 8 pixels of the image. */
    @Test
    void a_point_tells_the_box_around_it() {
        nothing();
        object(1, 1, 3, 1, SURE, 2, 1, 1.5, 2);
        assertThat(seen(0, 0.2)).isEmpty();
        assertThat(seen(1, 0.2)).singleElement().satisfies(detection -> {
            assertThat(detection.concept()).isEqualTo(1);
            assertThat((double) detection.score()).isCloseTo(0.9, within(1e-6));
            assertThat(detection.box().top()).isCloseTo(12 / 64.0, within(1e-6));
            assertThat(detection.box().left()).isCloseTo(4 / 64.0, within(1e-6));
            assertThat(detection.box().bottom()).isCloseTo(40 / 64.0, within(1e-6));
            assertThat(detection.box().right()).isCloseTo(28 / 64.0, within(1e-6));
        });
    }

    /** The score is the mean of 0.9 and of 0.1. */
    @Test
    void what_is_seen_from_the_border_scores_less_and_gives_way() {
        nothing();
        object(0, 0, 3, 3, -SURE, 2, 2, 2, 2);
        assertThat(seen(0, 0.2))
                .singleElement()
                .satisfies(detection -> assertThat((double) detection.score()).isCloseTo(0.3, within(1e-6)));
        assertThat(seen(0, 0.31)).isEmpty();
        object(0, 0, 3, 4, SURE, 2, 2, 2, 2);
        assertThat(seen(0, 0.2))
                .singleElement()
                .satisfies(detection -> assertThat((double) detection.score()).isCloseTo(0.9, within(1e-6)));
    }

    @Test
    void a_box_ends_where_the_image_does_however_far_its_sides_are() {
        nothing();
        object(0, 0, 0, 0, SURE, 1e30, 1, 1, 1e30);
        assertThat(seen(0, 0.2)).singleElement().satisfies(detection -> {
            assertThat(detection.box().top()).isZero();
            assertThat(detection.box().right()).isEqualTo(1);
            assertThat(detection.box().bottom()).isCloseTo(12 / 64.0, within(1e-6));
        });
    }
}
