package io.deeptrain.worker.training;

import static io.deeptrain.worker.training.TrainingBench.checkpoints;
import static io.deeptrain.worker.training.TrainingBench.resumedFrom;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Advanced;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.port.Directions.Direction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Looking at the test images may take longer than a step may. */
class LongEvaluationTest {
    private static final Origin SCRATCH = new Origin.Scratch();
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    @TempDir
    private Path folder;

    private long nowNanos;
    private int asked;

    /** What can be trained. */
    enum Kind {
        CLASSIFIER,
        EMBEDDER,
        DETECTOR,
        TRANSFER
    }

    private TrainingBench bench(Kind kind) throws IOException {
        TrainingBench bench = new TrainingBench(folder);
        return switch (kind) {
            case CLASSIFIER -> classifier(bench);
            case EMBEDDER ->
                classifier(bench).embedder("Clarifai_InceptionBatchNorm").set("image_size", 32L);
            case DETECTOR ->
                bench.detector("DeepTrain_SmallDetector")
                        .concepts("0", "1", "2")
                        .scenes(8, Split.TRAIN)
                        .scenes(24, Split.TEST)
                        .set("batch_size", 4L)
                        .set("image_size", 96L)
                        .set("test_freq", 1L)
                        .set("num_epochs", 2L);
            case TRANSFER -> {
                TrainingBench before = classifier(new TrainingBench(folder));
                StoredObject base =
                        ((Finished) before.run(before.assignment(1, SCRATCH)).getLast()).model();
                yield bench.transferring(base).digits(64, Split.TRAIN).digits(330, Split.TEST);
            }
        };
    }

    private static TrainingBench classifier(TrainingBench bench) throws IOException {
        return bench.digits(8, Split.TRAIN)
                .digits(24, Split.TEST)
                .set("batch_size", 4L)
                .set("test_freq", 1L)
                .set("num_epochs", 2L);
    }

    /** A second for each batch that is learned from, and so many for each that is only looked at. */
    private TrainingBench slow(Kind kind, int secondsOfLook) throws IOException {
        return bench(kind)
                .with(() -> nowNanos)
                .on(new WatchedLearners(
                        () -> nowNanos += SECOND_NANOS, () -> nowNanos += secondsOfLook * SECOND_NANOS));
    }

    @ParameterizedTest
    @EnumSource
    void an_evaluation_shows_that_it_goes_on(Kind kind) throws Exception {
        TrainingBench bench = slow(kind, 30);
        List<Long> quietSeconds = new ArrayList<>();
        List<Progress> furthest = new ArrayList<>();
        long[] shownNanos = {0};
        TrainingRun.run(
                bench.assignment(2, SCRATCH),
                bench.surroundings(),
                TrainingBench.directions(Direction.Proceed::new),
                report -> {
                    if (report instanceof Advanced(var _, Progress progress)
                            && (furthest.isEmpty() || progress.isBeyond(furthest.getLast()))) {
                        quietSeconds.add((nowNanos - shownNanos[0]) / SECOND_NANOS);
                        shownNanos[0] = nowNanos;
                        furthest.add(progress);
                    }
                });
        assertThat(nowNanos).isGreaterThan(180 * SECOND_NANOS);
        assertThat(quietSeconds).allMatch(seconds -> seconds <= 31);
    }

    @Test
    void it_says_so_no_more_often_than_is_needed() throws Exception {
        TrainingBench bench = slow(Kind.CLASSIFIER, 1);
        List<TrainerReport> reports = bench.run(bench.assignment(2, SCRATCH));
        // Two epochs of two steps, what was found after the first, evaluating and exporting. No look takes ten seconds.
        assertThat(reports).filteredOn(Advanced.class::isInstance).hasSize(7);
    }

    private static List<Progress> steps(List<TrainerReport> reports) {
        return reports.stream()
                .filter(Advanced.class::isInstance)
                .map(report -> ((Advanced) report).progress())
                .filter(progress ->
                        progress.phase() == Phase.TRAINING && progress.metrics().isEmpty())
                .toList();
    }

    private static List<Double> losses(List<Progress> steps) {
        return steps.stream().map(Progress::loss).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 6, 7})
    void an_attempt_that_is_lost_while_it_looks_costs_no_step(int lookedAt) throws Exception {
        TrainingBench bench =
                bench(Kind.CLASSIFIER).set("early_stopping_patience", 1L).set("num_epochs", 4L);
        List<TrainerReport> whole = bench.run(bench.assignment(1, SCRATCH));
        bench.on(new WatchedLearners(() -> {}, () -> {
            asked++;
            if (asked == lookedAt) {
                throw new IllegalStateException("pulled the plug");
            }
        }));

        List<TrainerReport> first = bench.run(bench.assignment(2, SCRATCH));
        assertThat(first.getLast()).isInstanceOf(Failed.class);
        assertThat(checkpoints(first).getLast().step()).isEqualTo(2);
        List<TrainerReport> second =
                bench.run(bench.assignment(3, resumedFrom(checkpoints(first).getLast())));

        List<Progress> steps = new ArrayList<>(steps(first));
        steps.addAll(steps(second));
        assertThat(steps).extracting(Progress::step).doesNotHaveDuplicates();
        assertThat(losses(steps)).isEqualTo(losses(steps(whole)));
        Finished finished = (Finished) second.getLast();
        assertThat(finished.completion()).isEqualTo(((Finished) whole.getLast()).completion());
        assertThat(finished.metrics()).isEqualTo(((Finished) whole.getLast()).metrics());
        assertThat(finished.model().sha256())
                .isEqualTo(((Finished) whole.getLast()).model().sha256());
    }
}
