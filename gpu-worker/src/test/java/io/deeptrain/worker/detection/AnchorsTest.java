package io.deeptrain.worker.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AnchorsTest {
    @Test
    void anchors_stand_at_every_pixel_of_every_level_in_every_scale_and_ratio() {
        List<Box> anchors = Anchors.of(16, List.of(2, 1), List.of(1.0, 4.0));
        assertThat(anchors).hasSize((4 + 1) * 3 * 2);
        assertThat(anchors.getFirst()).isEqualTo(new Box(4 - 16, 4 - 16, 4 + 16, 4 + 16));
        assertThat(anchors.get(1)).isEqualTo(new Box(4 - 32, 4 - 8, 4 + 32, 4 + 8));
        assertThat(anchors.get(6)).isEqualTo(new Box(4 - 16, 12 - 16, 4 + 16, 12 + 16));
        assertThat(anchors.get(24)).isEqualTo(new Box(8 - 32, 8 - 32, 8 + 32, 8 + 32));
        assertThat(Anchors.perPixel(List.of(1.0, 4.0))).isEqualTo(6);
    }

    @Test
    void a_ratio_changes_the_shape_and_not_the_area() {
        List<Box> anchors = Anchors.of(8, List.of(1), List.of(0.5, 1.0, 2.0));
        for (int n = 0; n < 9; n++) {
            int scale = n / 3;
            double side = 32 * Math.pow(2, scale / 3.0);
            assertThat(anchors.get(n).area()).isCloseTo(side * side, within(1e-9));
            assertThat(anchors.get(n).height() / anchors.get(n).width())
                    .isCloseTo(List.of(0.5, 1.0, 2.0).get(n % 3), within(1e-9));
        }
    }
}
