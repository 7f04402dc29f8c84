package io.deeptrain.worker.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.worker.detection.Points.Point;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Of an image of 128 pixels: strides 8, 16, 32, 64 and 128. */
class PointsTest {
    private static final int SIZE = 128;
    private static final List<Integer> SIDES = List.of(16, 8, 4, 2, 1);
    private static final List<Point> POINTS = Points.of(SIZE, SIDES);

    private static List<Point> finding(int object, Box... objects) {
        int[] found = Points.matched(POINTS, List.of(objects));
        return IntStream.range(0, found.length)
                .filter(n -> found[n] == object)
                .mapToObj(POINTS::get)
                .toList();
    }

    @Test
    void there_is_a_point_in_the_middle_of_each_pixel_of_each_level() {
        assertThat(POINTS).hasSize(16 * 16 + 8 * 8 + 4 * 4 + 2 * 2 + 1);
        assertThat(POINTS.getFirst()).isEqualTo(new Point(4, 4, 8, 0, 64));
        assertThat(POINTS.get(17)).isEqualTo(new Point(12, 12, 8, 0, 64));
        assertThat(POINTS.get(256)).isEqualTo(new Point(8, 8, 16, 64, 128));
        assertThat(POINTS.getLast()).isEqualTo(new Point(64, 64, 128, 512, Double.POSITIVE_INFINITY));
    }

    @Test
    void an_object_is_found_from_near_its_centre() {
        // 40 x 40 around 60, 60: points of the finest level lie at 52, 60, 68 within 12 of the centre.
        assertThat(finding(0, new Box(40, 40, 80, 80)))
                .hasSize(9)
                .allMatch(
                        point -> point.stride() == 8 && Math.abs(point.y() - 60) <= 8 && Math.abs(point.x() - 60) <= 8);
    }

    @Test
    void a_large_object_is_found_by_a_coarser_level() {
        assertThat(finding(0, new Box(0, 0, 128, 128))).isNotEmpty().allMatch(point -> point.stride() == 16);
    }

    @Test
    void what_shows_two_objects_is_to_find_the_smaller() {
        Box large = new Box(20, 20, 80, 80);
        Box small = new Box(44, 44, 56, 56);
        assertThat(finding(1, large, small)).containsExactly(new Point(52, 52, 8, 0, 64));
        assertThat(finding(0, large, small))
                .doesNotContain(new Point(52, 52, 8, 0, 64))
                .hasSize(8);
    }

    @Test
    void an_object_between_all_points_is_found_by_the_nearest() {
        assertThat(finding(0, new Box(6, 6, 7, 7))).containsExactly(new Point(4, 4, 8, 0, 64));
        assertThat(new Point(4, 4, 8, 0, 64).distances(new Box(6, 6, 7, 7)))
                .containsExactly((float) Points.NEAREST, (float) Points.NEAREST, 0.375f, 0.375f);
    }

    @Test
    void nothing_is_found_where_nothing_is() {
        assertThat(Points.matched(POINTS, List.of())).containsOnly(Points.BACKGROUND);
    }

    @Test
    void a_box_is_told_by_how_far_its_sides_are_away() {
        Point point = new Point(60, 60, 8, 0, 64);
        Box box = new Box(40, 56, 84, 76);
        float[] distances = point.distances(box);
        assertThat(distances).containsExactly(2.5f, 0.5f, 3, 2);
        assertThat(point.box(distances[0], distances[1], distances[2], distances[3]))
                .isEqualTo(box);
    }

    @Test
    void a_point_is_the_less_central_the_nearer_it_is_to_a_border() {
        assertThat(Points.centreness(new float[] {2, 3, 2, 3})).isEqualTo(1);
        assertThat((double) Points.centreness(new float[] {1, 3, 4, 3})).isCloseTo(0.5, within(1e-7));
        assertThat((double) Points.centreness(new float[] {1, 1, 4, 4})).isCloseTo(0.25, within(1e-7));
        assertThat(Points.centreness(new float[] {0, 1, 1, 1})).isZero();
    }
}
