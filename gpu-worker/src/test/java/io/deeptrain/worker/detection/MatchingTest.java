package io.deeptrain.worker.detection;

import static io.deeptrain.worker.detection.Matching.BACKGROUND;
import static io.deeptrain.worker.detection.Matching.IGNORED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MatchingTest {
    /** Ten wide and so high: its overlap with a higher one of the same corner is the share of their heights. */
    private static Box high(double height) {
        return new Box(0, 0, height, 10);
    }

    @Test
    void an_anchor_finds_what_it_half_covers_and_teaches_nothing_when_it_covers_little_less() {
        List<Box> anchors = List.of(high(100), high(50), high(49), high(40), high(39), new Box(200, 200, 210, 210));
        assertThat(Matching.of(anchors, List.of(high(100))))
                .containsExactly(0, 0, IGNORED, IGNORED, BACKGROUND, BACKGROUND);
    }

    @Test
    void every_object_that_an_anchor_touches_is_found_by_the_one_that_covers_it_best() {
        List<Box> anchors = List.of(high(20), high(10), new Box(200, 200, 210, 210));
        assertThat(Matching.of(anchors, List.of(high(100)))).containsExactly(0, BACKGROUND, BACKGROUND);
        assertThat(Matching.of(anchors, List.of(high(45), high(100)))).containsExactly(0, BACKGROUND, BACKGROUND);
    }

    @Test
    void an_anchor_finds_the_object_that_it_covers_best() {
        assertThat(Matching.of(List.of(high(60)), List.of(high(100), high(70)))).containsExactly(1);
    }

    @Test
    void where_there_are_no_objects_all_is_background() {
        assertThat(Matching.of(List.of(high(1), high(2)), List.of())).containsExactly(BACKGROUND, BACKGROUND);
    }

    @Test
    void random_anchors_are_matched_as_the_definition_says() {
        SplittableRandom random = new SplittableRandom(11);
        for (int round = 0; round < 200; round++) {
            List<Box> anchors = boxes(random, 30);
            List<Box> objects = boxes(random, random.nextInt(5));
            int[] found = Matching.of(anchors, objects);
            for (int n = 0; n < found.length; n++) {
                Box anchor = anchors.get(n);
                double most =
                        objects.stream().mapToDouble(anchor::overlap).max().orElse(0);
                boolean best = objects.stream()
                        .anyMatch(object -> anchor.overlap(object) > 0
                                && anchors.stream().allMatch(other -> other.overlap(object) <= anchor.overlap(object)));
                assertThat(found[n] >= 0).isEqualTo(most >= 0.5 || best);
                assertThat(found[n] == IGNORED).isEqualTo(!best && most >= 0.4 && most < 0.5);
                if (most >= 0.5) {
                    assertThat(anchor.overlap(objects.get(found[n]))).isEqualTo(most);
                }
            }
        }
    }

    private static List<Box> boxes(SplittableRandom random, int count) {
        return Stream.generate(() -> {
                    double top = random.nextDouble(60);
                    double left = random.nextDouble(60);
                    return new Box(top, left, top + random.nextDouble(5, 50), left + random.nextDouble(5, 50));
                })
                .limit(count)
                .toList();
    }
}
