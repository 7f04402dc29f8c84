package io.deeptrain.worker.training;

import static io.deeptrain.worker.training.TrainingBench.checkpoints;
import static io.deeptrain.worker.training.TrainingBench.losses;
import static io.deeptrain.worker.training.TrainingBench.resumedFrom;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Completion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Advanced;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.port.Directions.Direction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlyStoppingTest {
    private static final Origin SCRATCH = new Origin.Scratch();
    private static final int EPOCHS = 20;
    private static final int STEPS_PER_EPOCH = 4;

    @TempDir
    Path folder;

    private TrainingBench bench(long patience) throws IOException {
        return new TrainingBench(folder)
                .digits(60, Split.TRAIN)
                .digits(20, Split.TEST)
                .set("batch_size", 16L)
                .set("num_epochs", (long) EPOCHS)
                .set("early_stopping_patience", patience);
    }

    /** What was measured after each epoch. */
    private static List<Double> looks(List<TrainerReport> reports) {
        return reports.stream()
                .filter(report -> report instanceof Advanced advanced
                        && advanced.progress().phase() == Phase.TRAINING
                        && advanced.progress().metrics().containsKey("test_f1"))
                .map(report -> ((Advanced) report).progress().metrics().getOrDefault("test_f1", -1.0))
                .toList();
    }

    @Test
    void a_training_ends_when_its_patience_does_and_publishes_the_best_state() throws Exception {
        TrainingBench bench = bench(2);
        List<TrainerReport> reports = bench.run(bench.assignment(1, SCRATCH));
        List<Double> looks = looks(reports);
        int best = looks.indexOf(Collections.max(looks));
        assertThat(looks.size()).isLessThan(EPOCHS);
        assertThat(best).isEqualTo(looks.size() - 3);
        assertThat(losses(reports).size()).isEqualTo(looks.size() + looks.size() * STEPS_PER_EPOCH);
        Finished finished = (Finished) reports.getLast();
        assertThat(finished.completion()).isEqualTo(Completion.NO_LONGER_IMPROVING);
        assertThat(finished.metrics()).containsEntry("test_f1", looks.get(best));

        TrainingBench again = bench(0).set("test_freq", 1L).set("num_epochs", (long) EPOCHS);
        int stepsOfBest = (best + 1) * STEPS_PER_EPOCH;
        List<TrainerReport> stopped = again.run(
                again.assignment(2, SCRATCH),
                steps -> steps < stepsOfBest + best
                        ? new Direction.Proceed()
                        : new Direction.FinishEarly(Completion.STOPPED_BY_TENANT));
        assertThat(((Finished) stopped.getLast()).model().sha256())
                .isEqualTo(finished.model().sha256());
    }

    @Test
    void an_interrupted_training_ends_where_an_uninterrupted_one_does() throws Exception {
        TrainingBench bench = bench(2);
        List<TrainerReport> whole = bench.run(bench.assignment(1, SCRATCH));
        // In an epoch, while the second epoch is looked at, and while the last one is.
        int reportsOfLooks = looks(whole).size() * (STEPS_PER_EPOCH + 1);
        for (int stop : new int[] {3, 9, reportsOfLooks - 1}) {
            int each = stop;
            SequencedMap<Long, Double> losses = new TreeMap<>();
            List<TrainerReport> part = bench.run(bench.assignment(10L * stop, SCRATCH), until(each));
            losses.putAll(lossOfSteps(part));
            for (long token = 1; !(part.getLast() instanceof Finished); token++) {
                assertThat(token).isLessThan(9);
                part = bench.run(
                        bench.assignment(
                                10L * stop + token,
                                resumedFrom(checkpoints(part).getLast())),
                        until(6 * each));
                assertThat(lossOfSteps(part).keySet()).doesNotContainAnyElementsOf(losses.keySet());
                losses.putAll(lossOfSteps(part));
            }
            assertThat(losses).isEqualTo(lossOfSteps(whole));
            assertThat(((Finished) part.getLast()).model().sha256())
                    .isEqualTo(((Finished) whole.getLast()).model().sha256());
            assertThat(((Finished) part.getLast()).completion()).isEqualTo(Completion.NO_LONGER_IMPROVING);
        }
    }

    /** Proceeds until so many reports were made; also in the middle of a look at the test images. */
    private static Function<Integer, Direction> until(int reports) {
        return done -> done < reports ? new Direction.Proceed() : new Direction.SaveAndStop();
    }

    private static SequencedMap<Long, Double> lossOfSteps(List<TrainerReport> reports) {
        SequencedMap<Long, Double> losses = new TreeMap<>();
        reports.forEach(report -> {
            if (report instanceof Advanced(var _, var progress)
                    && progress.phase() == Phase.TRAINING
                    && progress.metrics().isEmpty()) {
                losses.put(progress.step(), progress.loss());
            }
        });
        return losses;
    }

    @Test
    void an_attempt_that_was_lost_after_the_last_look_learns_no_more() throws Exception {
        TrainingBench bench = bench(2);
        List<TrainerReport> whole = bench.run(bench.assignment(1, SCRATCH));
        List<TrainerReport> next =
                bench.run(bench.assignment(2, resumedFrom(checkpoints(whole).getLast())));
        assertThat(lossOfSteps(next)).isEmpty();
        assertThat(looks(next)).containsExactly(looks(whole).getLast());
        assertThat(((Finished) next.getLast()).completion()).isEqualTo(Completion.NO_LONGER_IMPROVING);
        assertThat(((Finished) next.getLast()).model().sha256())
                .isEqualTo(((Finished) whole.getLast()).model().sha256());
    }

    @Test
    void without_test_images_there_is_nothing_to_wait_for() throws Exception {
        TrainingBench bench = new TrainingBench(folder)
                .digits(20, Split.TRAIN)
                .set("num_epochs", 3L)
                .set("early_stopping_patience", 1L);
        List<TrainerReport> reports = bench.run(bench.assignment(1, SCRATCH));
        assertThat(((Finished) reports.getLast()).completion()).isEqualTo(Completion.ALL_EPOCHS);
    }
}
