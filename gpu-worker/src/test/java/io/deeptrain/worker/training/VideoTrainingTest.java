package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deeptrain.event.Fault;
import io.deeptrain.event.Footage;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.runtime.ThreadsAhead;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.attempt.TrainerReport.Prepared;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.port.Ahead;
import io.deeptrain.worker.port.Directions.Direction;
import io.deeptrain.worker.prediction.LoadedModels;
import io.deeptrain.worker.prediction.Prediction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings on images of the digit 1 and on videos of the digit 3, which no image shows. */
class VideoTrainingTest {
    private static final Origin SCRATCH = new Origin.Scratch();

    @TempDir
    Path folder;

    private TrainingBench bench;

    @BeforeEach
    void placeToTrainIn() throws IOException {
        bench = new TrainingBench(folder).concepts("one", "three").set("batch_size", 32L);
    }

    private void ones(int count, Split split) throws IOException {
        for (int n = 0; n < count; n++) {
            bench.image(DrawnDigits.png(1, 1_000L + n + (split == Split.TEST ? 10_000L : 0)), split, "one");
        }
    }

    private void threes(int count, int seconds, Split split) throws IOException {
        for (int n = 0; n < count; n++) {
            byte[] file =
                    DrawnVideo.mp4OfDigit(3, seconds, 100_000L + 1_000L * n + (split == Split.TEST ? 50_000L : 0));
            bench.video(file, Footage.of(1_000L * seconds), split, "three");
        }
    }

    private JsonNode stored(String file) throws IOException {
        try (InputStream stored = bench.store().open("jobs/job-1/attempts/1/" + file)) {
            return new ObjectMapper().readTree(stored);
        }
    }

    @Test
    void a_concept_that_only_videos_show_is_learned_from_their_frames() throws Exception {
        ones(250, Split.TRAIN);
        threes(8, 32, Split.TRAIN);
        ones(60, Split.TEST);
        threes(2, 32, Split.TEST);
        List<TrainerReport> reports = bench.set("num_epochs", 3L).run(bench.assignment(1, SCRATCH));
        Finished finished = (Finished) reports.getLast();
        System.out.println("digits in videos: " + finished.metrics());
        assertThat(finished.metrics().get("test_accuracy")).isGreaterThan(0.9);
        assertThat(prepared(reports)).isEqualTo(List.of(320L, 0L));

        try (LoadedModels models = new LoadedModels(bench.archive(), new DjlLearners(1))) {
            List<Prediction> seen = models.predict(
                    finished.model(),
                    IntStream.range(0, 20)
                            .mapToObj(n -> ImageDecoder.decode(DrawnDigits.png(n < 10 ? 1 : 3, 900_000L + n), 32))
                            .toList(),
                    1);
            assertThat(seen.stream()
                            .map(each -> ((Prediction.Seen) each)
                                    .concepts()
                                    .getFirst()
                                    .concept()))
                    .filteredOn("three"::equals)
                    .hasSizeBetween(9, 11);
            assertThat(((Prediction.Seen) seen.getFirst()).concepts().getFirst().concept())
                    .isEqualTo("one");
        }
    }

    /** How many inputs could be read, and how many not. */
    private static List<Long> prepared(List<TrainerReport> reports) {
        return reports.stream()
                .filter(Prepared.class::isInstance)
                .map(Prepared.class::cast)
                .flatMap(prepared -> Stream.of(prepared.inputsRead(), prepared.inputsInvalid()))
                .toList();
    }

    @Test
    void all_frames_of_a_video_are_on_one_side_and_are_called_by_their_moments() throws Exception {
        ones(8, Split.TRAIN);
        threes(2, 4, Split.TRAIN);
        ones(1, Split.TEST);
        threes(1, 4, Split.TEST);
        assertThat(bench.set("num_epochs", 1L).run(bench.assignment(1, SCRATCH)).getLast())
                .isInstanceOf(Finished.class);

        assertThat(stored("report.json").at("/scores").findValuesAsText("input_id"))
                .containsExactly("input-10", "input-11@0ms", "input-11@1000ms", "input-11@2000ms", "input-11@3000ms");
        JsonNode run = stored("run.json");
        assertThat(run.toString()).contains("\"training_images\":16", "\"test_images\":5");
        assertThat(run.toString()).contains("8,8");
    }

    @Test
    void a_long_video_is_looked_at_evenly_so_many_times_and_no_more() throws Exception {
        ones(8, Split.TRAIN);
        byte[] hundredSeconds = DrawnVideo.mp4(200);
        bench.video(hundredSeconds, Footage.of(100_000), Split.TRAIN, "three");
        ones(1, Split.TEST);
        bench.video(hundredSeconds, Footage.of(100_000), Split.TEST, "three");
        bench.set("num_epochs", 1L).run(bench.assignment(1, SCRATCH));
        assertThat(stored("report.json").at("/scores").findValuesAsText("input_id"))
                .hasSize(1 + Footage.FRAMES_MAX)
                .contains("input-10@0ms", "input-10@3125ms", "input-10@96875ms");
    }

    @Test
    void a_video_that_cannot_be_read_is_one_input_that_cannot() throws Exception {
        ones(8, Split.TRAIN);
        threes(1, 4, Split.TRAIN);
        byte[] whole = DrawnVideo.mp4OfDigit(3, 30, 7);
        bench.video(Arrays.copyOf(whole, whole.length / 2), Footage.of(30_000), Split.TRAIN, "three");
        List<TrainerReport> tolerated =
                bench.set("num_epochs", 1L).tolerating(10).run(bench.assignment(1, SCRATCH));
        assertThat(tolerated.getLast()).isInstanceOf(Finished.class);
        assertThat(prepared(tolerated)).isEqualTo(List.of(9L, 1L));
        JsonNode unreadable = stored("unreadable.json");
        assertThat(unreadable.path("count").asInt()).isEqualTo(1);
        assertThat(unreadable.at("/inputs/0/input_id").asText()).isEqualTo("input-9");
        assertThat(unreadable.at("/inputs/0/reason").asText()).startsWith("the video cannot be used: ");
        assertThat(stored("run.json").toString()).contains("\"training_images\":12");

        assertThat(bench.tolerating(9).run(bench.assignment(2, SCRATCH)).getLast())
                .isInstanceOfSatisfying(Failed.class, failed -> {
                    assertThat(failed.fault()).isEqualTo(Fault.USER);
                    assertThat(failed.code()).isEqualTo("DATA_TOLERANCE_EXCEEDED");
                    assertThat(failed.message())
                            .startsWith("more than 9 % of the 10 inputs cannot be read, 1 so far: input-9 (the video ");
                });
    }

    @Test
    void an_object_that_is_not_what_it_was_is_one_input_that_cannot_be_read() throws Exception {
        ones(8, Split.TRAIN);
        threes(1, 4, Split.TRAIN);
        bench.video(new StoredObject("no-such-object", "ab".repeat(32), 7), Footage.of(4_000), Split.TRAIN, "three");
        assertThat(bench.set("num_epochs", 1L)
                        .tolerating(10)
                        .run(bench.assignment(1, SCRATCH))
                        .getLast())
                .isInstanceOf(Finished.class);
        assertThat(stored("unreadable.json").at("/inputs/0/reason").asText()).endsWith("is not there");
    }

    @Test
    void what_is_learned_does_not_depend_on_who_decoded_the_videos_and_when() throws Exception {
        for (int n = 0; n < 4; n++) {
            ones(2, Split.TRAIN);
            threes(1, 4, Split.TRAIN);
        }
        bench.set("num_epochs", 1L);
        String inTurn = published(1);
        try (ThreadsAhead threads = new ThreadsAhead(3)) {
            bench.with(threads);
            assertThat(published(2)).isEqualTo(inTurn);
        }
    }

    private String published(long token) throws IOException {
        return ((Finished) bench.run(bench.assignment(token, SCRATCH)).getLast())
                .model()
                .sha256();
    }

    /** An image of 512 x 512 takes 768 KiB, and 32 of them 24 MiB, of which two fit into what may wait. */
    @Test
    void fewer_inputs_are_decoded_ahead_where_videos_have_many_large_frames() throws Exception {
        bench.classifier("Clarifai_InceptionBatchNorm").set("image_size", 512L).set("batch_size", 2L);
        ones(1, Split.TRAIN);
        assertThat(decodedAhead()).isEqualTo(8);
        threes(1, 32, Split.TRAIN);
        assertThat(decodedAhead()).isEqualTo(2);
    }

    /** How many inputs are decoded at once by a training that is told to stop before it has one. */
    private int decodedAhead() throws IOException {
        AtomicInteger seen = new AtomicInteger();
        bench.with(new Ahead() {
                    @Override
                    public <T> Results<T> of(long first, long end, int atOnce, Task<T> task) {
                        seen.set(atOnce);
                        return NOTHING.of(first, end, atOnce, task);
                    }
                })
                .run(bench.assignment(1, SCRATCH), _ -> new Direction.StopNow());
        return seen.get();
    }

    @Test
    void embedders_and_heads_on_them_learn_from_frames_too() throws Exception {
        ones(16, Split.TRAIN);
        threes(4, 4, Split.TRAIN);
        Finished embedder = (Finished) bench.embedder("Clarifai_InceptionBatchNorm")
                .set("num_epochs", 1L)
                .set("image_size", 64L)
                .run(bench.assignment(1, SCRATCH))
                .getLast();
        assertThat(stored("run.json").toString()).contains("\"training_images\":32");
        assertThat(bench.transferring(embedder.model())
                        .run(bench.assignment(2, SCRATCH))
                        .getLast())
                .isInstanceOf(Finished.class);
    }
}
