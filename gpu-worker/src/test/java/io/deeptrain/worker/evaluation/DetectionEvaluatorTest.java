package io.deeptrain.worker.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.worker.detection.Box;
import io.deeptrain.worker.detection.Detection;
import io.deeptrain.worker.evaluation.EpochSample.FoundObject;
import io.deeptrain.worker.evaluation.EpochSample.SampledImage;
import io.deeptrain.worker.evaluation.EpochSample.ShownObject;
import io.deeptrain.worker.evaluation.ImageDetections.Detected;
import io.deeptrain.worker.evaluation.ImageDetections.Labelled;
import io.deeptrain.worker.objective.Labels.LabelledBox;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class DetectionEvaluatorTest {
    private static final int CAT = 0;
    private static final int DOG = 1;
    private static final Box HERE = new Box(0, 0, 0.5, 0.5);
    private static final Box THERE = new Box(0.5, 0.5, 1, 1);
    private static final Region HERE_TOLD = new Region(0, 0, 0.5f, 0.5f);
    private static final Region THERE_TOLD = new Region(0.5f, 0.5f, 1, 1);

    private final DetectionEvaluator evaluator = new DetectionEvaluator(List.of("cat", "dog"), 0.2);

    @Test
    void each_detection_is_told_with_the_object_that_it_found_or_came_nearest_to() {
        Box half = new Box(0, 0, 0.25, 0.5);
        evaluator.add(
                "a",
                List.of(
                        new Detection(CAT, 0.5f, HERE),
                        new Detection(CAT, 0.9f, half),
                        new Detection(CAT, 0.4f, THERE),
                        new Detection(CAT, 0.1f, THERE)),
                List.of(new LabelledBox(DOG, THERE), new LabelledBox(CAT, HERE)));
        DetectionReport report = evaluator.report(Split.TEST);

        assertThat(report.detections())
                .containsExactly(new ImageDetections(
                        "a",
                        List.of(new Labelled(DOG, THERE_TOLD), new Labelled(CAT, HERE_TOLD)),
                        List.of(
                                new Detected(CAT, 0.9f, Region.of(half), true, 1, 0.5f),
                                new Detected(CAT, 0.5f, HERE_TOLD, false, 1, 1),
                                new Detected(CAT, 0.4f, THERE_TOLD, false, 0, 1))));
        assertThat(report.concepts().getFirst().truePositives()).isEqualTo(1);
        assertThat(report.concepts().getFirst().falsePositives()).isEqualTo(2);
        assertThat(report.concepts().getLast().falseNegatives()).isEqualTo(1);
        assertThat(report.concepts().getFirst().precision()).isCloseTo(1 / 3.0, within(1e-12));
    }

    @Test
    void what_overlaps_nothing_is_compared_with_no_object() {
        evaluator.add("a", List.of(new Detection(CAT, 0.5f, HERE)), List.of(new LabelledBox(CAT, THERE)));
        assertThat(evaluator.report(Split.TEST).detections().getFirst().detections())
                .containsExactly(new Detected(CAT, 0.5f, HERE_TOLD, false, -1, 0));
    }

    @Test
    void a_report_tells_of_as_many_boxes_as_it_may_hold_and_counts_all() {
        List<LabelledBox> crowd = Collections.nCopies(DetectionReport.TOLD_BOXES_MAX / 2, new LabelledBox(CAT, HERE));
        for (String input : List.of("a", "b", "c")) {
            evaluator.add(input, List.of(), crowd);
        }
        DetectionReport report = evaluator.report(Split.TEST);
        assertThat(report.detections()).extracting(ImageDetections::inputId).containsExactly("a", "b");
        assertThat(report.concepts().getFirst().falseNegatives()).isEqualTo(3L * crowd.size());
    }

    @Test
    void a_sample_names_what_is_there_and_what_was_found_the_surest_first() {
        evaluator.add(
                "a",
                List.of(new Detection(DOG, 0.3f, THERE), new Detection(CAT, 0.9f, HERE)),
                List.of(new LabelledBox(CAT, HERE)));
        evaluator.add("b", Collections.nCopies(11, new Detection(CAT, 0.9f, HERE)), List.of());
        EpochSample sample = EpochSample.of(evaluator.report(Split.TEST), 3, 12);

        assertThat(sample.epoch()).isEqualTo(3);
        assertThat(sample.step()).isEqualTo(12);
        assertThat(sample.images().getFirst())
                .isEqualTo(new SampledImage(
                        "a",
                        List.of(),
                        List.of(),
                        List.of(new ShownObject("cat", HERE_TOLD)),
                        List.of(new FoundObject("cat", 0.9f, HERE_TOLD), new FoundObject("dog", 0.3f, THERE_TOLD))));
        assertThat(sample.images().getLast().found()).hasSize(EpochSample.REGIONS_MAX);
    }
}
