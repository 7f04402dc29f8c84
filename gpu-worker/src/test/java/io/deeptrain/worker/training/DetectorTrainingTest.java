package io.deeptrain.worker.training;

import static io.deeptrain.worker.training.TrainingBench.checkpoints;
import static io.deeptrain.worker.training.TrainingBench.losses;
import static io.deeptrain.worker.training.TrainingBench.resumedFrom;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.ManifestEntry.LabelledRegion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.objects.SamplesJson;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.CheckpointWritten;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.detection.Box;
import io.deeptrain.worker.evaluation.EpochSample;
import io.deeptrain.worker.evaluation.EpochSample.SampledImage;
import io.deeptrain.worker.evaluation.EpochSample.ShownObject;
import io.deeptrain.worker.port.Directions.Direction;
import io.deeptrain.worker.prediction.LoadedModels;
import io.deeptrain.worker.prediction.Prediction.Detected;
import io.deeptrain.worker.prediction.Prediction.Region;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DetectorTrainingTest {
    private static final Origin SCRATCH = new Origin.Scratch();

    @TempDir
    Path folder;

    private TrainingBench bench(int training, int test) throws IOException {
        return bench("DeepTrain_SmallDetector", training, test);
    }

    private TrainingBench bench(String template, int training, int test) throws IOException {
        return new TrainingBench(folder)
                .detector(template)
                .concepts("0", "1", "2")
                .scenes(training, Split.TRAIN)
                .scenes(test, Split.TEST)
                .set("per_item_lrate", 0.001)
                .set("test_freq", 0L)
                .set("batch_size", 8L)
                .set("image_size", 96L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DeepTrain_SmallDetector", "DeepTrain_AnchorFreeDetector"})
    void digits_are_found_where_they_are_after_a_short_training(String template) throws Exception {
        TrainingBench bench = bench(template, 300, 60).set("num_epochs", 8L);
        Finished finished = finished(bench.run(bench.assignment(1, SCRATCH)));
        System.out.println("digits in scenes: " + finished.metrics());
        assertThat(finished.metrics().get("test_map50")).isGreaterThan(0.4);

        int there = 0;
        int found = 0;
        try (LoadedModels models = new LoadedModels(bench.archive(), new DjlLearners(1))) {
            int size = models.imageSizeOf(finished.model());
            for (int n = 0; n < 20; n++) {
                DigitScene scene = DigitScene.of(3, 1_000_000 + n);
                Detected seen =
                        (Detected) models.predict(finished.model(), List.of(ImageDecoder.decode(scene.png(), size)), 10)
                                .getFirst();
                assertThat(seen.regions()).allMatch(region -> region.scored().value() > 0.2);
                there += scene.regions().size();
                for (LabelledRegion digit : scene.regions()) {
                    found += seen.regions().stream().anyMatch(region -> shows(region, digit)) ? 1 : 0;
                }
            }
        }
        System.out.printf("digits found in new scenes: %d of %d%n", found, there);
        assertThat(found).isGreaterThan(there / 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DeepTrain_SmallDetector", "DeepTrain_AnchorFreeDetector"})
    void a_higher_threshold_shows_those_of_the_same_detections_that_are_surer(String template) throws Exception {
        TrainingBench bench = bench(template, 24, 0).set("num_epochs", 2L).set("detection_score_threshold", 0.01);
        List<Region> all = regions(bench, 1);
        List<Float> scores = all.stream()
                .map(region -> region.scored().value())
                .distinct()
                .sorted()
                .toList();
        assertThat(scores).hasSizeGreaterThan(2);
        int half = scores.size() / 2;
        double between = (scores.get(half - 1) + (double) scores.get(half)) / 2;

        List<Region> surer = regions(bench.set("detection_score_threshold", between), 2);
        assertThat(surer)
                .hasSizeLessThan(all.size())
                .isEqualTo(all.stream()
                        .filter(region -> region.scored().value() > between)
                        .toList());
    }

    /** What a training of this number finds in a new scene. */
    private static List<Region> regions(TrainingBench bench, long token) throws Exception {
        Finished finished = finished(bench.run(bench.assignment(token, SCRATCH)));
        try (LoadedModels models = new LoadedModels(bench.archive(), new DjlLearners(1))) {
            byte[] scene = DigitScene.of(3, 1_000_000).png();
            Detected seen = (Detected) models.predict(finished.model(), List.of(ImageDecoder.decode(scene, 96)), 10)
                    .getFirst();
            return seen.regions();
        }
    }

    private static Finished finished(List<TrainerReport> reports) {
        assertThat(reports.getLast()).isInstanceOf(Finished.class);
        return (Finished) reports.getLast();
    }

    private static boolean shows(Region region, LabelledRegion there) {
        return region.scored().concept().equals(there.concept())
                && new Box(region.top(), region.left(), region.bottom(), region.right())
                                .overlap(new Box(there.top(), there.left(), there.bottom(), there.right()))
                        > 0.5;
    }

    @Test
    void a_resumed_detector_learns_on_as_it_would_have_to_the_last_bit() throws Exception {
        TrainingBench bench = bench(24, 4)
                .set("num_epochs", 2L)
                .set("average_horizontal_flips", true)
                .set("use_perclass_regression", true);
        List<TrainerReport> uninterrupted = bench.run(bench.assignment(1, SCRATCH));
        List<TrainerReport> first = bench.run(
                bench.assignment(2, SCRATCH),
                steps -> steps < 4 ? new Direction.Proceed() : new Direction.SaveAndStop());
        CheckpointWritten saved = checkpoints(first).getLast();
        List<TrainerReport> second = bench.run(bench.assignment(3, resumedFrom(saved)));

        List<Double> interrupted = new ArrayList<>(losses(first));
        interrupted.addAll(losses(second));
        assertThat(interrupted).hasSize(6).isEqualTo(losses(uninterrupted));
        assertThat(finished(second).model().sha256())
                .isEqualTo(finished(uninterrupted).model().sha256());
        assertThat(samples(bench, 3)).isEqualTo(samples(bench, 1)).hasSize(2);
    }

    @Test
    void the_same_images_are_shown_after_each_epoch_and_the_report_compares_all_of_them() throws Exception {
        TrainingBench bench = bench(24, 10).set("num_epochs", 2L).set("detection_score_threshold", 0.01);
        finished(bench.run(bench.assignment(1, SCRATCH)));
        List<EpochSample> samples = samples(bench, 1);

        assertThat(samples).extracting(EpochSample::epoch).containsExactly(1, 2);
        assertThat(samples).extracting(EpochSample::step).containsExactly(3L, 6L);
        for (EpochSample sample : samples) {
            assertThat(sample.images())
                    .extracting(SampledImage::inputId)
                    .containsExactlyElementsOf(
                            IntStream.range(24, 32).mapToObj(n -> "input-" + n).toList());
            assertThat(sample.images()).allSatisfy(image -> {
                DigitScene scene =
                        DigitScene.of(3, Integer.parseInt(image.inputId().substring("input-".length())));
                assertThat(image.objects())
                        .extracting(ShownObject::concept)
                        .containsExactlyElementsOf(scene.regions().stream()
                                .map(LabelledRegion::concept)
                                .toList());
                assertThat(image.found()).isNotEmpty().allMatch(found -> found.value() > 0.01f);
            });
        }
        assertThat(samples.getFirst().images()).isNotEqualTo(samples.getLast().images());
        String report = stored(bench, 1, "report.json");
        assertThat(report.split("\"input_id\"", -1)).hasSize(1 + 10);
        assertThat(report).contains("\"detections\":[{\"input_id\":\"input-24\",\"objects\":[{\"concept\":");
    }

    private static List<EpochSample> samples(TrainingBench bench, long attempt) throws IOException {
        return SamplesJson.read(stored(bench, attempt, "samples.json"));
    }

    private static String stored(TrainingBench bench, long attempt, String name) throws IOException {
        try (InputStream stored = bench.store().open("jobs/job-1/attempts/%d/%s".formatted(attempt, name))) {
            return new String(stored.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
