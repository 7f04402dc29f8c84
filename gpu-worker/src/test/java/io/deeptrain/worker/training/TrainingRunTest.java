package io.deeptrain.worker.training;

import static io.deeptrain.worker.training.TrainingBench.checkpoints;
import static io.deeptrain.worker.training.TrainingBench.losses;
import static io.deeptrain.worker.training.TrainingBench.resumedFrom;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Fault;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.runtime.ThreadsAhead;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Advanced;
import io.deeptrain.worker.attempt.TrainerReport.CheckpointWritten;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.attempt.TrainerReport.Prepared;
import io.deeptrain.worker.attempt.TrainerReport.Released;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.Directions.Direction;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.prediction.LoadedModels;
import io.deeptrain.worker.prediction.Prediction;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingRunTest {
    private static final Origin SCRATCH = new Origin.Scratch();

    @TempDir
    Path folder;

    private TrainingBench shortTraining() throws IOException {
        return new TrainingBench(folder)
                .digits(40, Split.TRAIN)
                .digits(10, Split.TEST)
                .set("batch_size", 16L)
                .set("average_horizontal_flips", true)
                .set("num_epochs", 2L);
    }

    @Test
    void digits_that_it_has_not_seen_are_told_apart_after_a_short_training() throws Exception {
        TrainingBench bench = new TrainingBench(folder)
                .digits(1_000, Split.TRAIN)
                .digits(200, Split.TEST)
                .set("batch_size", 32L)
                .set("num_epochs", 3L);
        List<TrainerReport> reports = bench.run(bench.assignment(1, SCRATCH));
        Finished finished = (Finished) reports.getLast();
        System.out.println("drawn digits: " + finished.metrics());
        assertThat(finished.completion()).isEqualTo(Completion.ALL_EPOCHS);
        assertThat(finished.metrics().get("test_accuracy")).isGreaterThan(0.9);
        assertThat(checkpoints(reports)).extracting(CheckpointWritten::epoch).containsExactly(1, 2, 3);
        TrainedModel model = bench.archive().model(finished.model());
        assertThat(model.concepts()).isEqualTo(TrainingBench.DIGITS);
        assertThat(bench.store().exists("jobs/job-1/attempts/1/report.json")).isTrue();
    }

    @Test
    void the_loss_curve_of_a_resumed_training_is_that_of_an_uninterrupted_one_to_the_last_bit() throws Exception {
        TrainingBench bench = shortTraining();
        List<TrainerReport> uninterrupted = bench.run(bench.assignment(1, SCRATCH));

        List<TrainerReport> first = bench.run(
                bench.assignment(2, SCRATCH),
                steps -> steps < 4 ? new Direction.Proceed() : new Direction.SaveAndStop());
        assertThat(first.getLast()).isInstanceOf(Released.class);
        CheckpointWritten saved = checkpoints(first).getLast();
        assertThat(saved.step()).isEqualTo(4);
        List<TrainerReport> second = bench.run(bench.assignment(3, resumedFrom(saved)));

        assertThat(TrainingBench.origin(second)).isEqualTo(resumedFrom(saved));
        List<Double> interrupted = new ArrayList<>(losses(first));
        interrupted.addAll(losses(second));
        assertThat(interrupted).hasSize(6).isEqualTo(losses(uninterrupted));
        assertThat(((Finished) second.getLast()).model().sha256())
                .isEqualTo(((Finished) uninterrupted.getLast()).model().sha256());
    }

    /** A training whose images are cropped, moved, changed in their colours and repeated. */
    private TrainingBench changing() throws IOException {
        return shortTraining()
                .set("crop_area_min", 0.3)
                .set("randaugment_magnitude", 7.0)
                .set("randaugment_deviation", 0.5)
                .set("repeated_augmentation", 3L);
    }

    @Test
    void images_are_changed_alike_by_whoever_makes_the_batches_and_by_a_resumed_training() throws Exception {
        TrainingBench bench = changing();
        List<TrainerReport> uninterrupted = bench.run(bench.assignment(1, SCRATCH));
        assertThat(losses(uninterrupted)).hasSize(6);
        List<TrainerReport> first = bench.run(
                bench.assignment(2, SCRATCH),
                steps -> steps < 2 ? new Direction.Proceed() : new Direction.SaveAndStop());
        List<TrainerReport> second;
        try (ThreadsAhead threads = new ThreadsAhead(3)) {
            second = bench.with(threads)
                    .run(bench.assignment(3, resumedFrom(checkpoints(first).getLast())));
        }
        List<Double> interrupted = new ArrayList<>(losses(first));
        interrupted.addAll(losses(second));
        assertThat(interrupted).isEqualTo(losses(uninterrupted));
        assertThat(((Finished) second.getLast()).model().sha256())
                .isEqualTo(((Finished) uninterrupted.getLast()).model().sha256());
    }

    @Test
    void each_way_to_change_images_changes_what_is_learned_from_and_switched_off_it_does_not() throws Exception {
        TrainingBench plain = shortTraining().set("num_epochs", 1L);
        List<Double> asTheyAre = losses(plain.run(plain.assignment(1, SCRATCH)));
        TrainingBench off = shortTraining()
                .set("num_epochs", 1L)
                .set("crop_area_min", 1.0)
                .set("randaugment_magnitude", 0.0)
                .set("randaugment_deviation", 0.5)
                .set("repeated_augmentation", 1L);
        assertThat(losses(off.run(off.assignment(1, SCRATCH)))).isEqualTo(asTheyAre);

        TrainingBench cropped = shortTraining().set("num_epochs", 1L).set("crop_area_min", 0.3);
        TrainingBench moved = shortTraining()
                .set("num_epochs", 1L)
                .set("randaugment_magnitude", 7.0)
                .set("randaugment_deviation", 0.0);
        TrainingBench deviating = shortTraining()
                .set("num_epochs", 1L)
                .set("randaugment_magnitude", 7.0)
                .set("randaugment_deviation", 2.0);
        TrainingBench repeated = shortTraining().set("num_epochs", 1L).set("repeated_augmentation", 3L);
        Set<List<Double>> different = new HashSet<>();
        different.add(asTheyAre);
        for (TrainingBench bench : List.of(cropped, moved, deviating, repeated)) {
            different.add(losses(bench.run(bench.assignment(1, SCRATCH))));
        }
        assertThat(different).hasSize(5);
    }

    @Test
    void a_model_is_measured_on_the_images_that_it_learned_from_as_a_whole_where_there_are_no_others()
            throws Exception {
        TrainingBench bench = new TrainingBench(folder)
                .digits(20, Split.TRAIN)
                .set("batch_size", 10L)
                .set("num_epochs", 1L)
                .set("crop_area_min", 0.3);
        Finished finished = (Finished) bench.run(bench.assignment(1, SCRATCH)).getLast();
        assertThat(finished.metrics()).containsKeys("train_accuracy");
    }

    /** Stripes as wide as a pixel of a square of 64, which are all grey in a square of 32. */
    private static byte[] stripes() throws IOException {
        BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        for (int n = 0; n < 64 * 64; n++) {
            image.setRGB(n % 64, n / 64, n % 2 == 0 ? 0 : 0xFFFFFF);
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(image, "png", file);
        return file.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 0.08})
    void crops_are_cut_from_finer_images_than_the_network_sees(double areaMin) throws Exception {
        Set<Integer> values = new HashSet<>();
        Consumer<Batch> taught = batch -> {
            ByteBuffer pixels = batch.pixels().bytes().duplicate();
            while (pixels.hasRemaining()) {
                values.add(pixels.get() & 0xFF);
            }
        };
        TrainingBench bench = new TrainingBench(folder)
                .on(new WatchedLearners(taught, () -> {}))
                .set("image_size", 32L)
                .set("batch_size", 8L)
                .set("num_epochs", 1L)
                .set("crop_area_min", areaMin);
        for (int n = 0; n < 16; n++) {
            bench.image(stripes(), Split.TRAIN, Integer.toString(n % 10));
        }
        assertThat(bench.run(bench.assignment(1, SCRATCH)).getLast()).isInstanceOf(Finished.class);
        if (areaMin == 1) {
            assertThat(values).allSatisfy(value -> assertThat(value).isBetween(126, 129));
        } else {
            assertThat(Collections.min(values)).isLessThan(32);
            assertThat(Collections.max(values)).isGreaterThan(223);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void what_it_says_of_the_same_images_after_each_epoch_is_published_whenever_it_was_interrupted(int steps)
            throws Exception {
        TrainingBench bench = shortTraining();
        bench.run(bench.assignment(1, SCRATCH));
        String uninterrupted = samples(bench, 1);
        assertThat(uninterrupted)
                .startsWith(
                        "[{\"epoch\":1,\"step\":3,\"images\":[{\"input_id\":\"input-40\",\"shown\":[\"0\"],\"said\":[{")
                .contains("{\"epoch\":2,\"step\":6,");
        assertThat(uninterrupted.split("input_id", -1)).hasSize(1 + 2 * 8);

        List<TrainerReport> first = bench.run(
                bench.assignment(2, SCRATCH),
                taken -> taken < steps ? new Direction.Proceed() : new Direction.SaveAndStop());
        bench.run(bench.assignment(3, resumedFrom(checkpoints(first).getLast())));
        assertThat(samples(bench, 3)).isEqualTo(uninterrupted);
    }

    private static String samples(TrainingBench bench, long attempt) throws IOException {
        return stored(bench, attempt, "samples.json");
    }

    private static String stored(TrainingBench bench, long attempt, String file) throws IOException {
        try (InputStream stored = bench.store().open("jobs/job-1/attempts/%d/%s".formatted(attempt, file))) {
            return new String(stored.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void what_is_learned_does_not_depend_on_who_made_the_batches_and_when() throws Exception {
        TrainingBench bench = shortTraining().tolerating(10).image(notAnImage(), Split.TRAIN, "1");
        List<TrainerReport> inTurn = bench.run(bench.assignment(1, SCRATCH));
        try (ThreadsAhead threads = new ThreadsAhead(3)) {
            List<TrainerReport> ahead = bench.with(threads).run(bench.assignment(2, SCRATCH));
            assertThat(losses(ahead)).hasSize(6).isEqualTo(losses(inTurn));
            assertThat(((Finished) ahead.getLast()).model().sha256())
                    .isEqualTo(((Finished) inTurn.getLast()).model().sha256());
        }
    }

    @Test
    void a_checkpoint_that_cannot_be_read_is_as_good_as_none_and_the_attempt_says_so() throws Exception {
        TrainingBench bench = shortTraining();
        List<TrainerReport> first = bench.run(
                bench.assignment(1, SCRATCH),
                steps -> steps < 4 ? new Direction.Proceed() : new Direction.SaveAndStop());
        AttemptAssigned next =
                bench.assignment(2, resumedFrom(checkpoints(first).getLast()));
        bench.store().delete("jobs/job-1/attempts/1/checkpoints");

        List<TrainerReport> second = bench.run(next, _ -> new Direction.Proceed());

        assertThat(TrainingBench.origin(second)).isEqualTo(SCRATCH);
        assertThat(losses(second)).hasSize(6);
    }

    @Test
    void a_stop_takes_effect_within_one_batch_and_leaves_nothing() throws Exception {
        TrainingBench bench = shortTraining();
        List<TrainerReport> reports = bench.run(
                bench.assignment(1, SCRATCH), steps -> steps < 2 ? new Direction.Proceed() : new Direction.StopNow());
        assertThat(losses(reports)).hasSize(2);
        assertThat(checkpoints(reports)).isEmpty();
        assertThat(reports.getLast()).isInstanceOf(Released.class);
        assertThat(bench.store().exists("jobs/job-1/attempts/1/model.safetensors"))
                .isFalse();
    }

    @Test
    void a_training_that_is_told_to_finish_early_publishes_what_it_has() throws Exception {
        TrainingBench bench = shortTraining();
        List<TrainerReport> reports = bench.run(
                bench.assignment(1, SCRATCH),
                steps -> steps < 2 ? new Direction.Proceed() : new Direction.FinishEarly(Completion.BUDGET_REACHED));
        assertThat(losses(reports)).hasSize(2);
        assertThat(((Finished) reports.getLast()).completion()).isEqualTo(Completion.BUDGET_REACHED);
    }

    @Test
    void what_a_training_that_finishes_early_publishes_is_in_its_last_checkpoint_too() throws Exception {
        TrainingBench bench = shortTraining();
        Direction keep = new Direction.FinishEarly(Completion.STOPPED_BY_TENANT);
        List<TrainerReport> stopped =
                bench.run(bench.assignment(1, SCRATCH), steps -> steps < 4 ? new Direction.Proceed() : keep);
        assertThat(checkpoints(stopped).getLast().step()).isEqualTo(4);

        List<TrainerReport> next =
                bench.run(bench.assignment(2, resumedFrom(checkpoints(stopped).getLast())), _ -> keep);
        assertThat(losses(next)).isEmpty();
        Finished finished = (Finished) next.getLast();
        assertThat(finished.completion()).isEqualTo(Completion.STOPPED_BY_TENANT);
        assertThat(finished.model().sha256())
                .isEqualTo(((Finished) stopped.getLast()).model().sha256());
    }

    @Test
    void a_training_that_is_told_to_finish_before_it_began_learns_from_one_batch() throws Exception {
        TrainingBench bench = shortTraining();
        List<TrainerReport> reports =
                bench.run(bench.assignment(1, SCRATCH), _ -> new Direction.FinishEarly(Completion.STOPPED_BY_TENANT));
        assertThat(losses(reports)).hasSize(1);
        assertThat(((Finished) reports.getLast()).completion()).isEqualTo(Completion.STOPPED_BY_TENANT);
    }

    @Test
    void as_many_broken_images_as_are_tolerated_are_left_out_and_counted() throws Exception {
        TrainingBench bench = shortTraining().tolerating(2).image(notAnImage(), Split.TRAIN, "1");
        List<TrainerReport> reports = bench.run(bench.assignment(1, SCRATCH));
        assertThat(reports).contains(new Prepared(AttemptId.of(bench.assignment(1, SCRATCH)), SCRATCH, 50, 1));
        assertThat(reports.getLast()).isInstanceOf(Finished.class);
        assertThat(stored(bench, 1, "unreadable.json"))
                .isEqualTo("{\"count\":1,\"inputs\":[{\"input_id\":\"input-50\",\"reason\":"
                        + "\"the bytes are not an image; JPEG, PNG, GIF, BMP and WebP are read\"}]}");
        assertThat(stored(bench, 1, "run.json")).contains("\"unreadable\":1,");
    }

    @Test
    void a_training_that_reads_all_of_its_inputs_leaves_an_empty_list_of_others() throws Exception {
        TrainingBench bench = shortTraining().set("num_epochs", 1L);
        bench.run(bench.assignment(1, SCRATCH));
        assertThat(stored(bench, 1, "unreadable.json")).isEqualTo("{\"count\":0,\"inputs\":[]}");
    }

    @Test
    void one_broken_image_more_is_the_tenants_failure() throws Exception {
        TrainingBench bench = shortTraining().tolerating(1).image(notAnImage(), Split.TRAIN, "1");
        assertThat(bench.run(bench.assignment(1, SCRATCH)).getLast())
                .isEqualTo(new Failed(
                        AttemptId.of(bench.assignment(1, SCRATCH)),
                        Fault.USER,
                        "DATA_TOLERANCE_EXCEEDED",
                        "more than 1 % of the 51 inputs cannot be read, 1 so far: input-50 "
                                + "(the bytes are not an image; JPEG, PNG, GIF, BMP and WebP are read)"));
    }

    @Test
    void a_dataset_without_one_training_image_is_the_tenants_failure() throws Exception {
        TrainingBench bench = new TrainingBench(folder).digits(3, Split.TEST);
        Failed failed = (Failed) bench.run(bench.assignment(1, SCRATCH)).getLast();
        assertThat(failed.fault()).isEqualTo(Fault.USER);
        assertThat(failed.code()).isEqualTo("NO_TRAINING_INPUTS");
    }

    @Test
    void a_learning_rate_that_blows_the_weights_up_is_the_tenants_failure() throws Exception {
        TrainingBench bench = shortTraining().set("per_item_lrate", 1e30);
        Failed failed = (Failed) bench.run(bench.assignment(1, SCRATCH)).getLast();
        assertThat(failed.fault()).isEqualTo(Fault.USER);
        assertThat(failed.code()).isEqualTo("LOSS_NOT_FINITE");
    }

    @Test
    void a_template_that_this_worker_does_not_have_is_not_the_tenants_failure() throws Exception {
        TrainingBench bench = shortTraining();
        AttemptAssigned known = bench.assignment(1, SCRATCH);
        var spec = known.spec();
        AttemptAssigned unknown = new AttemptAssigned(
                known.jobId(),
                known.attempt(),
                known.workerId(),
                known.incarnation(),
                known.tenant(),
                new io.deeptrain.event.TrainingSpec(
                        spec.modelTypeId(),
                        "MMDetection_SSD",
                        spec.hyperparameters(),
                        spec.concepts(),
                        spec.manifest(),
                        spec.inputCount(),
                        spec.invalidDataTolerancePercent(),
                        1,
                        1),
                SCRATCH);
        assertThat(bench.run(unknown))
                .containsExactly(new Failed(
                        AttemptId.of(known),
                        Fault.PLATFORM,
                        "UNKNOWN_TEMPLATE",
                        "this worker does not train visual-classifier with the template MMDetection_SSD"));
    }

    @Test
    void a_concept_that_no_image_shows_is_never_predicted() throws IOException, CorruptObjectException {
        TrainingBench bench = new TrainingBench(folder)
                .concepts("1", "unseen")
                .digits(11, Split.TRAIN)
                .set("num_epochs", 2L);
        Finished finished = (Finished) bench.run(bench.assignment(1, SCRATCH)).getLast();
        TrainedModel model = bench.archive().model(finished.model());
        float[] bias = model.state().getLast().values();
        float[] values = {0, bias[1] - bias[0]};
        Activation.SOFTMAX.apply(values, 0, 2);
        assertThat(values[1]).isLessThan(0.0001f);
        assertThat(finished.metrics()).containsKeys("train_accuracy", "train_f1");
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 48})
    void a_model_is_for_images_of_the_size_that_was_asked_for(int size) throws Exception {
        TrainingBench bench = shortTraining().set("num_epochs", 1L).set("image_size", (long) size);
        Finished finished = (Finished) bench.run(bench.assignment(1, SCRATCH)).getLast();
        try (LoadedModels models = new LoadedModels(bench.archive(), new DjlLearners(1))) {
            assertThat(models.imageSizeOf(finished.model())).isEqualTo(size);
            byte[] digit = DrawnDigits.png(3, 7);
            assertThat(models.predict(finished.model(), List.of(ImageDecoder.decode(digit, size)), 10))
                    .allSatisfy(seen ->
                            assertThat(((Prediction.Seen) seen).concepts()).hasSize(10));
        }
    }

    private static byte[] notAnImage() {
        return "this is no image".getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void the_test_images_are_looked_at_as_often_as_asked_for() throws Exception {
        TrainingBench bench = shortTraining().set("num_epochs", 4L).set("test_freq", 2L);
        List<TrainerReport> reports = bench.run(bench.assignment(1, SCRATCH));
        assertThat(reports)
                .filteredOn(report -> report instanceof Advanced advanced
                        && advanced.progress().phase() == Phase.TRAINING
                        && advanced.progress().metrics().containsKey("test_accuracy"))
                .extracting(report -> ((Advanced) report).progress().epoch())
                .containsExactly(2);
    }

    @Test
    void a_last_step_that_blows_the_weights_up_is_the_tenants_failure_and_no_model() throws Exception {
        TrainingBench bench = new TrainingBench(folder)
                .digits(10, Split.TRAIN)
                .set("num_epochs", 1L)
                .set("per_item_lrate", 1e37);
        List<TrainerReport> reports = bench.run(bench.assignment(1, SCRATCH));
        Failed failed = (Failed) reports.getLast();
        assertThat(losses(reports)).hasSize(1);
        assertThat(failed.code()).isEqualTo("LOSS_NOT_FINITE");
        assertThat(failed.message()).contains("a learning rate below");
    }
}
