package io.deeptrain.api.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class BoundingBoxTest {
    @Test
    void the_whole_image_is_a_box() {
        assertThat(BoundingBox.problem(0, 0, 1, 1)).isEmpty();
    }

    @Test
    void an_edge_outside_of_the_image_is_named_with_its_value() {
        assertThat(BoundingBox.problem(-0.1f, 0, 1, 1)).contains("top_row is '-0.1' but must be from 0 to 1");
        assertThat(BoundingBox.problem(0, 0, 1, 1.5f)).contains("right_col is '1.5' but must be from 0 to 1");
        assertThat(BoundingBox.problem(Float.NaN, 0, 1, 1)).contains("top_row is 'NaN' but must be from 0 to 1");
    }

    @Test
    void a_box_has_an_inside() {
        assertThat(BoundingBox.problem(0.5f, 0, 0.5f, 1))
                .contains("top_row is '0.5' but must be less than bottom_row, which is '0.5'");
        assertThat(BoundingBox.problem(0, 0.6f, 1, 0.5f))
                .contains("left_col is '0.6' but must be less than right_col, which is '0.5'");
        assertThatIllegalArgumentException().isThrownBy(() -> new BoundingBox(0.5f, 0, 0.5f, 1));
    }

    @Test
    void a_place_on_earth_has_degrees_in_range() {
        assertThat(GeoPoint.problem(-180, 90)).isEmpty();
        assertThat(GeoPoint.problem(180.5f, 0)).contains("longitude is '180.5' but must be from -180.0 to 180.0");
        assertThat(GeoPoint.problem(0, -91)).contains("latitude is '-91.0' but must be from -90.0 to 90.0");
    }
}
