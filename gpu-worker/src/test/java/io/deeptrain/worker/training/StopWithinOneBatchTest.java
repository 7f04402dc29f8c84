package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Completion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.attempt.TrainerReport.Released;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.port.Directions.Direction;
import io.deeptrain.worker.prediction.LoadedModels;
import io.deeptrain.worker.prediction.Prediction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However far a training is, a stop costs no batch more than the one in hand; counted on the device itself. */
class StopWithinOneBatchTest {
    private static final Origin SCRATCH = new Origin.Scratch();

    @TempDir
    private Path folder;

    private int batches;
    private final WatchedLearners device = new WatchedLearners(() -> batches++, () -> batches++);

    /** What can be trained. */
    enum Kind {
        CLASSIFIER,
        DETECTOR,
        TRANSFER
    }

    private TrainingBench bench(Kind kind) throws IOException {
        TrainingBench bench = new TrainingBench(folder);
        return switch (kind) {
            case CLASSIFIER -> classifier(bench).on(device);
            case DETECTOR ->
                bench.detector("DeepTrain_SmallDetector")
                        .concepts("0", "1", "2")
                        .scenes(24, Split.TRAIN)
                        .scenes(9, Split.TEST)
                        .set("batch_size", 8L)
                        .set("image_size", 96L)
                        .set("num_epochs", 2L)
                        .on(device);
            case TRANSFER -> {
                TrainingBench before = classifier(new TrainingBench(folder));
                StoredObject base =
                        ((Finished) before.run(before.assignment(1, SCRATCH)).getLast()).model();
                yield bench.transferring(base)
                        .digits(150, Split.TRAIN)
                        .digits(70, Split.TEST)
                        .on(device);
            }
        };
    }

    private static TrainingBench classifier(TrainingBench bench) throws IOException {
        return bench.digits(48, Split.TRAIN)
                .digits(20, Split.TEST)
                .set("batch_size", 16L)
                .set("num_epochs", 2L);
    }

    private List<TrainerReport> run(TrainingBench bench, long token, IntFunction<Direction> afterBatches)
            throws IOException {
        batches = 0;
        return bench.run(bench.assignment(token, SCRATCH), _ -> afterBatches.apply(batches));
    }

    @ParameterizedTest
    @EnumSource
    void a_cancelled_training_looks_at_no_batch_more_and_leaves_no_model(Kind kind) throws Exception {
        TrainingBench bench = bench(kind);
        assertThat(run(bench, 2, _ -> new Direction.Proceed()).getLast()).isInstanceOf(Finished.class);
        int all = batches;
        assertThat(all).isGreaterThan(4);

        for (int after = 1; after <= all; after++) {
            int told = after;
            long token = 10L + after;
            List<TrainerReport> reports =
                    run(bench, token, done -> done < told ? new Direction.Proceed() : new Direction.StopNow());

            assertThat(batches).isEqualTo(told);
            assertThat(reports.getLast()).isInstanceOf(Released.class);
            assertThat(bench.store().exists("jobs/job-1/attempts/%d/model.safetensors".formatted(token)))
                    .isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_training_that_is_stopped_learns_from_no_batch_more_and_its_model_answers(Kind kind) throws Exception {
        TrainingBench bench = bench(kind);
        run(bench, 2, _ -> new Direction.Proceed());
        int whole = batches;

        List<TrainerReport> reports = run(
                bench,
                3,
                done -> done < 2 ? new Direction.Proceed() : new Direction.FinishEarly(Completion.STOPPED_BY_TENANT));

        Finished finished = (Finished) reports.getLast();
        assertThat(finished.completion()).isEqualTo(Completion.STOPPED_BY_TENANT);
        assertThat(batches).as("two, and two with the test images").isEqualTo(4).isLessThan(whole);
        try (LoadedModels models = new LoadedModels(bench.archive(), new DjlLearners(1))) {
            int size = models.imageSizeOf(finished.model());
            assertThat(models.predict(finished.model(), List.of(ImageDecoder.decode(DrawnDigits.png(1, 0), size)), 3))
                    .singleElement()
                    .isNotInstanceOf(Prediction.Unusable.class);
        }
    }
}
