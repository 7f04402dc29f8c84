package io.deeptrain.worker.training;

import static io.deeptrain.worker.training.TrainingBench.checkpoints;
import static io.deeptrain.worker.training.TrainingBench.resumedFrom;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.Completion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.CheckpointWritten;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.attempt.TrainerReport.Released;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.Directions.Direction;
import io.deeptrain.worker.prediction.LoadedModels;
import io.deeptrain.worker.prediction.Prediction;
import io.deeptrain.worker.training.TrainingRun.Surroundings;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransferRunTest {
    private static final Origin SCRATCH = new Origin.Scratch();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    static Path folder;

    @SuppressWarnings("NullAway.Init") // Trained once for all tests.
    private static StoredObject base;

    private TrainingBench bench;

    /** A model that tells digits apart. It is the only one of token 1. */
    @BeforeAll
    static void aBaseModel() throws IOException {
        TrainingBench before = new TrainingBench(folder)
                .digits(800, Split.TRAIN)
                .set("batch_size", 32L)
                .set("num_epochs", 2L);
        base = ((Finished) before.run(before.assignment(1, SCRATCH)).getLast()).model();
    }

    /** Of two concepts that the base was not made for. */
    @BeforeEach
    void imagesOfOtherConcepts() throws IOException {
        bench = new TrainingBench(folder).transferring(base).concepts("even", "odd");
        for (int n = 0; n < 260; n++) {
            bench.image(
                    DrawnDigits.png(n % 10, 5_000L + n),
                    n < 160 ? Split.TRAIN : Split.TEST,
                    n % 2 == 0 ? "even" : "odd");
        }
    }

    @Test
    void a_head_on_a_models_embeddings_tells_other_concepts_apart_and_is_published_as_one_model() throws Exception {
        List<TrainerReport> reports = bench.set("concepts_mutually_exclusive", true)
                .set("enrich_dataset", "Automatic")
                .run(bench.assignment(2, SCRATCH));
        Finished finished = (Finished) reports.getLast();
        System.out.println("transferred: " + finished.metrics());
        assertThat(finished.completion()).isEqualTo(Completion.ALL_EPOCHS);
        assertThat(finished.metrics().get("test_accuracy")).isGreaterThan(0.8);

        TrainedModel model = bench.archive().model(finished.model());
        assertThat(model.architecture()).isEqualTo("cifar-resnet-20-transfer");
        assertThat(model.concepts()).containsExactly("even", "odd");
        assertThat(model.objective()).isEqualTo(new Objective.Classification(Activation.SOFTMAX));
        List<Tensor> ofBase = bench.archive().model(base).state();
        assertThat(model.state())
                .filteredOn(tensor -> !tensor.name().startsWith("transfer."))
                .isSubsetOf(ofBase);

        try (LoadedModels models = new LoadedModels(bench.archive(), new DjlLearners(1))) {
            int right = 0;
            for (int n = 0; n < 20; n++) {
                Prediction seen = models.predict(
                                finished.model(),
                                List.of(ImageDecoder.decode(DrawnDigits.png(n % 10, 9_000L + n), 32)),
                                1)
                        .getFirst();
                right +=
                        ((Prediction.Seen) seen).concepts().getFirst().concept().equals(n % 2 == 0 ? "even" : "odd")
                                ? 1
                                : 0;
            }
            assertThat(right).isGreaterThan(15);
        }
    }

    @Test
    void the_same_training_gives_the_same_model_and_what_it_is_told_makes_another() throws Exception {
        String plain = published(2);
        assertThat(published(3)).isEqualTo(plain);
        bench.set("enrich_dataset", "Automatic");
        String enriched = published(5);
        assertThat(enriched).isNotEqualTo(plain);
        bench.set("concepts_mutually_exclusive", true);
        assertThat(published(6)).isNotIn(plain, enriched);
    }

    @Test
    void who_is_told_to_stop_at_once_saves_nothing_more() throws Exception {
        long step = TrainingBench.checkpoints(bench.run(bench.assignment(2, SCRATCH)))
                .getFirst()
                .step();
        List<TrainerReport> reports = bench.run(
                bench.assignment(3, SCRATCH),
                steps -> steps < step ? new Direction.Proceed() : new Direction.StopNow());
        assertThat(TrainingBench.checkpoints(reports)).isEmpty();
        assertThat(reports.getLast()).isInstanceOf(Released.class);
    }

    private String published(long token) throws IOException {
        return ((Finished) bench.run(bench.assignment(token, SCRATCH)).getLast())
                .model()
                .sha256();
    }

    /** Noise, gradients and plain colours, drawn otherwise than those that a head is taught with. */
    @Test
    void an_enriched_head_says_less_of_images_that_show_nothing() throws Exception {
        double plain = surestOfNothing(2);
        bench.set("enrich_dataset", "Automatic");
        double enriched = surestOfNothing(3);
        System.out.printf("surest of nothing: %.3f, enriched %.3f%n", plain, enriched);
        assertThat(enriched).isLessThan(plain / 2);
    }

    /** What a head says of images of nothing: the surest concept of each, on average. */
    private double surestOfNothing(long token) throws Exception {
        StoredObject model =
                ((Finished) bench.run(bench.assignment(token, SCRATCH)).getLast()).model();
        try (LoadedModels models = new LoadedModels(bench.archive(), new DjlLearners(1))) {
            return models.predict(model, imagesOfNothing(), 1).stream()
                    .mapToDouble(seen ->
                            ((Prediction.Seen) seen).concepts().getFirst().value())
                    .average()
                    .orElseThrow();
        }
    }

    private static List<ImageDecoder.Outcome> imagesOfNothing() {
        Random random = new Random(3);
        List<ImageDecoder.Outcome> images = new ArrayList<>();
        for (int n = 0; n < 30; n++) {
            BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            int colour = random.nextInt(1 << 24);
            for (int pixel = 0; pixel < 32 * 32; pixel++) {
                int x = pixel % 32;
                int grey = (x + pixel / 32) * 4;
                int[] kinds = {random.nextInt(1 << 24), grey << 16 | grey << 8 | grey, colour};
                image.setRGB(x, pixel / 32, kinds[n % kinds.length]);
            }
            images.add(ImageDecoder.of(image, 32));
        }
        return images;
    }

    @Test
    void inputs_that_cannot_be_read_are_listed_beside_the_model() throws Exception {
        bench.image(new byte[] {1}, Split.TRAIN, "odd");
        assertThat(bench.run(bench.assignment(2, SCRATCH)).getLast()).isInstanceOf(Finished.class);
        try (InputStream stored = bench.store().open("jobs/job-1/attempts/2/unreadable.json")) {
            assertThat(new String(stored.readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("{\"count\":1,\"inputs\":[{\"input_id\":\"input-260\",\"reason\":\"the bytes are not");
        }
    }

    @Test
    void told_to_finish_early_it_learns_quickly_from_what_it_has_embedded() throws Exception {
        List<TrainerReport> reports = bench.run(
                bench.assignment(2, SCRATCH),
                steps -> steps < 2 ? new Direction.Proceed() : new Direction.FinishEarly(Completion.STOPPED_BY_TENANT));
        Finished finished = (Finished) reports.getLast();
        assertThat(finished.completion()).isEqualTo(Completion.STOPPED_BY_TENANT);
        assertThat(finished.metrics().get("test_accuracy")).isGreaterThan(0.75);
    }

    @Test
    void a_stop_leaves_nothing() throws Exception {
        List<TrainerReport> reports = bench.run(
                bench.assignment(9, SCRATCH), steps -> steps < 2 ? new Direction.Proceed() : new Direction.StopNow());
        assertThat(reports.getLast()).isInstanceOf(Released.class);
        assertThat(bench.store().exists("jobs/job-1/attempts/9/model.safetensors"))
                .isFalse();
    }

    /** Each look at the clock is a second later. */
    private List<TrainerReport> runWithAMinuteEach60Looks(AttemptAssigned assignment) {
        AtomicLong seconds = new AtomicLong();
        Surroundings world = bench.surroundings();
        List<TrainerReport> reports = new ArrayList<>();
        TrainingRun.run(
                assignment,
                new Surroundings(
                        world.archive(),
                        world.learners(),
                        () -> TimeUnit.SECONDS.toNanos(seconds.incrementAndGet()),
                        world.observations(),
                        world.scratch(),
                        world.pretrained(),
                        world.ahead(),
                        world.devices()),
                TrainingBench.directions(() -> new Direction.Proceed()),
                reports::add);
        return reports;
    }

    @Test
    void an_attempt_after_a_lost_one_repeats_no_step_that_was_saved_and_publishes_the_same_model() throws Exception {
        List<TrainerReport> uninterrupted = runWithAMinuteEach60Looks(bench.assignment(2, SCRATCH));
        String wanted = ((Finished) uninterrupted.getLast()).model().sha256();
        List<Long> steps = steps(uninterrupted);
        List<CheckpointWritten> saved = checkpoints(uninterrupted);
        assertThat(saved).hasSizeGreaterThan(5);
        assertThat(saved.getFirst().step()).as("all images are embedded").isEqualTo(3);

        for (CheckpointWritten checkpoint : List.of(saved.getFirst(), saved.get(3), saved.getLast())) {
            List<TrainerReport> next = bench.run(bench.assignment(10 + checkpoint.step(), resumedFrom(checkpoint)));
            assertThat(TrainingBench.origin(next)).isEqualTo(resumedFrom(checkpoint));
            assertThat(steps(next)).isEqualTo(steps.subList((int) checkpoint.step(), steps.size()));
            assertThat(((Finished) next.getLast()).model().sha256()).isEqualTo(wanted);
        }
    }

    @Test
    void a_stop_while_images_are_embedded_saves_those_that_are() throws Exception {
        String wanted = published(2);
        List<TrainerReport> first = bench.run(
                bench.assignment(3, SCRATCH),
                steps -> steps < 2 ? new Direction.Proceed() : new Direction.SaveAndStop());
        assertThat(first.getLast()).isInstanceOf(Released.class);
        CheckpointWritten saved = checkpoints(first).getLast();
        assertThat(saved.step()).isEqualTo(2);

        List<TrainerReport> second = bench.run(bench.assignment(4, resumedFrom(saved)));

        assertThat(steps(second).getFirst()).isEqualTo(3);
        assertThat(((Finished) second.getLast()).model().sha256()).isEqualTo(wanted);
    }

    @Test
    void a_checkpoint_of_another_kind_of_training_is_as_good_as_none() throws Exception {
        CheckpointWritten saved =
                checkpoints(bench.run(bench.assignment(2, SCRATCH))).getLast();
        bench.set("enrich_dataset", "Automatic");

        List<TrainerReport> next = bench.run(bench.assignment(3, resumedFrom(saved)));

        assertThat(TrainingBench.origin(next)).isEqualTo(SCRATCH);
        assertThat(next.getLast()).isInstanceOf(Finished.class);
    }

    private static List<Long> steps(List<TrainerReport> reports) {
        return reports.stream()
                .filter(TrainerReport.Advanced.class::isInstance)
                .map(report -> ((TrainerReport.Advanced) report).progress())
                .filter(progress -> progress.phase() == Phase.TRAINING)
                .map(Progress::step)
                .toList();
    }

    @Test
    void a_base_model_that_is_not_there_fails_the_training() throws Exception {
        bench.transferring(new StoredObject("jobs/none/model.safetensors", "0".repeat(64), 7));
        assertThat(bench.run(bench.assignment(2, SCRATCH)).getLast())
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.code()).isEqualTo("BASE_MODEL_UNREADABLE"));
    }
}
