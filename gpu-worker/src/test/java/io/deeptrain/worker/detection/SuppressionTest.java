package io.deeptrain.worker.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SuppressionTest {
    private static Detection seen(int concept, double score, double bottom) {
        return new Detection(concept, (float) score, new Box(0, 0, bottom, 1));
    }

    @Test
    void of_those_that_overlap_by_more_than_half_the_surest_is_kept() {
        assertThat(Suppression.of(List.of(seen(0, 0.8, 0.51), seen(0, 0.9, 1), seen(0, 0.7, 0.5)), 10))
                .containsExactly(seen(0, 0.9, 1), seen(0, 0.7, 0.5));
    }

    @Test
    void what_was_suppressed_suppresses_nothing() {
        assertThat(Suppression.of(List.of(seen(0, 0.9, 1), seen(0, 0.8, 0.6), seen(0, 0.7, 0.4)), 10))
                .containsExactly(seen(0, 0.9, 1), seen(0, 0.7, 0.4));
    }

    @Test
    void concepts_do_not_suppress_each_other() {
        assertThat(Suppression.of(List.of(seen(0, 0.8, 1), seen(1, 0.9, 1)), 10))
                .containsExactly(seen(1, 0.9, 1), seen(0, 0.8, 1));
    }

    @Test
    void no_more_than_asked_for_are_kept() {
        assertThat(Suppression.of(List.of(seen(0, 0.7, 1), seen(1, 0.8, 1), seen(2, 0.9, 1)), 2))
                .containsExactly(seen(2, 0.9, 1), seen(1, 0.8, 1));
    }

    @Test
    void random_detections_are_kept_as_taking_the_surest_again_and_again_does() {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 200; round++) {
            List<Detection> detections = new ArrayList<>();
            for (int n = 0; n < 40; n++) {
                double top = random.nextDouble(0.6);
                double left = random.nextDouble(0.6);
                detections.add(new Detection(
                        random.nextInt(2), random.nextInt(10) / 10f, new Box(top, left, top + 0.3, left + 0.3)));
            }
            List<Detection> left = new ArrayList<>(detections);
            List<Detection> expected = new ArrayList<>();
            while (!left.isEmpty()) {
                Detection surest = left.stream().min(Detection.SUREST_FIRST).orElseThrow();
                expected.add(surest);
                left.removeIf(other -> other.concept() == surest.concept()
                        && (other.equals(surest) || other.box().overlap(surest.box()) > 0.5));
            }
            assertThat(Suppression.of(detections, 100)).isEqualTo(expected);
        }
    }
}
