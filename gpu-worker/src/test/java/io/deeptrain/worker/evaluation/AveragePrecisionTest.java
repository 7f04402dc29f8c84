package io.deeptrain.worker.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.worker.detection.Box;
import io.deeptrain.worker.detection.Detection;
import io.deeptrain.worker.evaluation.AveragePrecision.Found;
import io.deeptrain.worker.objective.Labels.LabelledBox;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AveragePrecisionTest {
    private static final Box HERE = new Box(0, 0, 0.5, 0.5);
    private static final Box THERE = new Box(0.5, 0.5, 1, 1);

    private static Found image(List<Detection> detections, LabelledBox... objects) {
        return new Found(detections, List.of(objects));
    }

    @Test
    void finding_everything_and_nothing_else_is_perfect() {
        assertThat(AveragePrecision.of(
                        List.of(image(List.of(new Detection(0, 0.3f, HERE)), new LabelledBox(0, HERE))), 0, 0.95))
                .hasValue(1);
    }

    @Test
    void a_wrong_detection_above_the_second_right_one_costs_precision_from_there_on() {
        List<Detection> detections =
                List.of(new Detection(0, 0.9f, HERE), new Detection(0, 0.8f, HERE), new Detection(0, 0.7f, THERE));
        Found found = image(detections, new LabelledBox(0, HERE), new LabelledBox(0, THERE));
        // Recalls 0 to 0.50 at precision 1, 0.51 to 1 at two thirds.
        assertThat(AveragePrecision.of(List.of(found), 0, 0.5).orElseThrow())
                .isCloseTo((51 + 50 * 2 / 3.0) / 101, within(1e-12));
    }

    @Test
    void an_object_that_nobody_found_leaves_its_recalls_at_nothing() {
        Found found = image(List.of(new Detection(0, 0.9f, HERE)), new LabelledBox(0, HERE), new LabelledBox(0, THERE));
        assertThat(AveragePrecision.of(List.of(found), 0, 0.5).orElseThrow()).isCloseTo(51 / 101.0, within(1e-12));
    }

    @Test
    void another_concept_at_the_right_place_is_no_find_and_a_concept_that_is_nowhere_has_no_precision() {
        Found found = image(List.of(new Detection(1, 0.9f, HERE)), new LabelledBox(0, HERE));
        assertThat(AveragePrecision.of(List.of(found), 0, 0.5)).hasValue(0);
        assertThat(AveragePrecision.of(List.of(found), 1, 0.5)).isEmpty();
    }

    @Test
    void a_box_counts_up_to_the_overlap_that_it_has() {
        // Half of the box in common and no more than the box: an overlap of 0.8.
        Found found = image(List.of(new Detection(0, 1, new Box(0, 0, 0.4, 0.5))), new LabelledBox(0, HERE));
        assertThat(AveragePrecision.OVERLAPS).containsExactly(0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95);
        assertThat(AveragePrecision.of(List.of(found), 0, 0.75)).hasValue(1);
        assertThat(AveragePrecision.of(List.of(found), 0, 0.85)).hasValue(0);
    }

    @Test
    void random_detections_are_measured_as_the_naive_reference_does() {
        SplittableRandom random = new SplittableRandom(17);
        for (int round = 0; round < 100; round++) {
            List<Found> images = new ArrayList<>();
            for (int image = 0; image < 6; image++) {
                List<LabelledBox> objects = new ArrayList<>();
                List<Detection> detections = new ArrayList<>();
                for (int n = random.nextInt(4); n > 0; n--) {
                    Box box = box(random);
                    objects.add(new LabelledBox(random.nextInt(2), box));
                    detections.add(new Detection(random.nextInt(2), random.nextFloat(), shaken(random, box)));
                    detections.add(new Detection(random.nextInt(2), random.nextFloat(), shaken(random, box)));
                }
                detections.add(new Detection(0, random.nextFloat(), box(random)));
                images.add(new Found(detections, objects));
            }
            for (double overlap : List.of(0.5, 0.75)) {
                double expected = naive(images, 0, overlap);
                assertThat(AveragePrecision.of(images, 0, overlap).orElse(-1)).isCloseTo(expected, within(1e-12));
            }
        }
    }

    /** For each recall, tries every threshold and counts afresh. */
    private static double naive(List<Found> images, int concept, double overlap) {
        long objects = images.stream()
                .flatMap(image -> image.objects().stream())
                .filter(object -> object.concept() == concept)
                .count();
        if (objects == 0) {
            return -1;
        }
        Set<Float> thresholds = new HashSet<>();
        images.forEach(image -> image.detections().forEach(detection -> thresholds.add(detection.score())));
        double sum = 0;
        for (int recall = 0; recall <= 100; recall++) {
            double best = 0;
            for (float threshold : thresholds) {
                int right = 0;
                int said = 0;
                for (Found image : images) {
                    List<LabelledBox> left = new ArrayList<>(image.objects());
                    left.removeIf(object -> object.concept() != concept);
                    List<Detection> surest = new ArrayList<>(image.detections());
                    surest.removeIf(each -> each.concept() != concept || each.score() < threshold);
                    surest.sort(Detection.SUREST_FIRST);
                    for (Detection each : surest) {
                        said++;
                        LabelledBox hit = null;
                        for (LabelledBox object : left) {
                            double shared = object.box().overlap(each.box());
                            if (shared >= overlap
                                    && (hit == null || shared > hit.box().overlap(each.box()))) {
                                hit = object;
                            }
                        }
                        if (hit != null) {
                            left.remove(hit);
                            right++;
                        }
                    }
                }
                if (said > 0 && (double) right / objects >= recall / 100.0) {
                    best = Math.max(best, (double) right / said);
                }
            }
            sum += best;
        }
        return sum / 101;
    }

    private static Box box(SplittableRandom random) {
        double top = random.nextDouble(0.6);
        double left = random.nextDouble(0.6);
        return new Box(top, left, top + random.nextDouble(0.1, 0.4), left + random.nextDouble(0.1, 0.4));
    }

    private static Box shaken(SplittableRandom random, Box box) {
        double down = random.nextDouble(-0.05, 0.05);
        double right = random.nextDouble(-0.05, 0.05);
        return new Box(box.top() + down, box.left() + right, box.bottom() + down, box.right() + right);
    }
}
