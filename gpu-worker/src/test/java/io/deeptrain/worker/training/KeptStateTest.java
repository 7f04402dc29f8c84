package io.deeptrain.worker.training;

import static io.deeptrain.worker.training.TrainingBench.checkpoints;
import static io.deeptrain.worker.training.TrainingBench.resumedFrom;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Completion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Advanced;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.attempt.TrainerReport.Released;
import io.deeptrain.worker.port.Directions.Direction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which state a training publishes that nobody has told to wait for a better one. */
class KeptStateTest {
    private static final Origin SCRATCH = new Origin.Scratch();
    private static final Direction STOP = new Direction.FinishEarly(Completion.STOPPED_BY_TENANT);
    private static final int STEPS_PER_EPOCH = 4;

    /** Its steps, and what was measured. */
    private static final int REPORTS_PER_EPOCH = STEPS_PER_EPOCH + 1;

    @TempDir
    Path folder;

    private TrainingBench bench() throws IOException {
        return new TrainingBench(folder)
                .digits(60, Split.TRAIN)
                .digits(20, Split.TEST)
                .set("batch_size", 16L)
                .set("num_epochs", 20L)
                .set("test_freq", 1L);
    }

    /** What was measured between the epochs. */
    private static List<Double> looksOf(List<TrainerReport> reports) {
        return reports.stream()
                .filter(report -> report instanceof Advanced advanced
                        && advanced.progress().phase() == Phase.TRAINING
                        && advanced.progress().metrics().containsKey("test_f1"))
                .map(report -> ((Advanced) report).progress().metrics().getOrDefault("test_f1", -1.0))
                .toList();
    }

    private static Function<Integer, Direction> until(int reports, Direction then) {
        return done -> done < reports ? new Direction.Proceed() : then;
    }

    private static String text(TrainingBench bench, long attempt, String file) throws IOException {
        try (InputStream stored = bench.store().open("jobs/job-1/attempts/%d/%s".formatted(attempt, file))) {
            return new String(stored.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void a_training_that_is_stopped_publishes_the_best_state_that_was_measured_and_says_which() throws Exception {
        TrainingBench patient = bench().set("early_stopping_patience", 2L);
        List<TrainerReport> ended = patient.run(patient.assignment(1, SCRATCH));
        List<Double> looks = looksOf(ended);
        int best = looks.indexOf(Collections.max(looks));
        String bestModel = ((Finished) ended.getLast()).model().sha256();
        int reports = REPORTS_PER_EPOCH * looks.size();

        TrainingBench bench = bench();
        Finished stopped = (Finished)
                bench.run(bench.assignment(2, SCRATCH), until(reports, STOP)).getLast();
        assertThat(stopped.completion()).isEqualTo(Completion.STOPPED_BY_TENANT);
        assertThat(stopped.model().sha256()).isEqualTo(bestModel);
        assertThat(stopped.metrics()).containsEntry("test_f1", looks.get(best)).doesNotContainKey("train_loss");
        assertThat(text(bench, 2, "README.md"))
                .contains("%d of 80 steps were taken".formatted(STEPS_PER_EPOCH * looks.size()))
                .contains("The model is the best state that was measured, that after step %d."
                        .formatted(STEPS_PER_EPOCH * (best + 1)));

        List<TrainerReport> first = bench.run(
                bench.assignment(3, SCRATCH), until(REPORTS_PER_EPOCH * (best + 1) + 2, new Direction.SaveAndStop()));
        assertThat(first.getLast()).isInstanceOf(Released.class);
        List<TrainerReport> second = bench.run(
                bench.assignment(4, resumedFrom(checkpoints(first).getLast())),
                until(reports - REPORTS_PER_EPOCH * (best + 1) - 2, STOP));
        assertThat(((Finished) second.getLast()).metrics()).isEqualTo(stopped.metrics());
        assertThat(((Finished) second.getLast()).model().sha256()).isEqualTo(bestModel);
    }

    @Test
    void a_training_that_goes_through_all_its_epochs_publishes_what_they_have_led_to() throws Exception {
        TrainingBench longer = steady(12);
        List<Double> looks = looksOf(longer.run(longer.assignment(1, SCRATCH)));
        int worse = 1;
        while (looks.get(worse) >= Collections.max(looks.subList(0, worse))) {
            worse++;
        }

        TrainingBench bench = steady(worse + 1);
        Finished finished = (Finished) bench.run(bench.assignment(2, SCRATCH)).getLast();
        assertThat(finished.completion()).isEqualTo(Completion.ALL_EPOCHS);
        assertThat(finished.metrics()).containsKey("train_loss").containsEntry("test_f1", looks.get(worse));
        assertThat(text(bench, 2, "README.md")).doesNotContain("best state");
    }

    /** With one learning rate throughout: what more epochs lead to in between, fewer lead to at the end. */
    private TrainingBench steady(long epochs) throws IOException {
        return bench().set("num_epochs", epochs).set("init_epochs", 100L).set("step_epochs", 100L);
    }

    @Test
    void a_training_that_is_stopped_before_anything_was_measured_publishes_what_it_has() throws Exception {
        TrainingBench bench = bench();
        Finished stopped = (Finished)
                bench.run(bench.assignment(1, SCRATCH), until(2, STOP)).getLast();
        assertThat(stopped.metrics()).containsKeys("train_loss", "test_f1");
        assertThat(text(bench, 1, "README.md")).contains("2 of 80 steps").doesNotContain("best state");
    }
}
