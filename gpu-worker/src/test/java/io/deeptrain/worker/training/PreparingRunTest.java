package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Completion;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.attempt.TrainerReport.InputsRead;
import io.deeptrain.worker.attempt.TrainerReport.Prepared;
import io.deeptrain.worker.attempt.TrainerReport.Released;
import io.deeptrain.worker.port.Ahead;
import io.deeptrain.worker.port.Directions.Direction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a run says and obeys while its inputs are fetched and decoded. Each of them takes 400 ms here. */
class PreparingRunTest {
    private static final Origin SCRATCH = new Origin.Scratch();
    private static final Direction FINISH = new Direction.FinishEarly(Completion.STOPPED_BY_TENANT);
    private static final long INPUT_NANOS = 400_000_000;

    @TempDir
    Path folder;

    private long nowNanos;
    private int fetched;

    private TrainingBench bench() throws IOException {
        return new TrainingBench(folder)
                .digits(8, Split.TRAIN)
                .digits(4, Split.TEST)
                .set("batch_size", 4L)
                .set("num_epochs", 1L)
                .with(() -> nowNanos)
                .with(new Counting());
    }

    /** Counts what is done for as long as the run prepares. */
    private final class Counting implements Ahead {
        @Override
        public <T> Results<T> of(long first, long end, int atOnce, Task<T> task) {
            return Ahead.NOTHING.of(first, end, atOnce, position -> {
                nowNanos += INPUT_NANOS;
                fetched++;
                return task.at(position);
            });
        }
    }

    private List<TrainerReport> run(TrainingBench bench, IntFunction<Direction> afterInputs) throws IOException {
        List<TrainerReport> reports = new ArrayList<>();
        TrainingRun.run(
                bench.assignment(1, SCRATCH),
                bench.surroundings(),
                TrainingBench.directions(() -> afterInputs.apply(fetched)),
                reports::add);
        return reports;
    }

    @Test
    void it_says_once_a_second_how_many_inputs_it_has_read_also_of_those_that_cannot_be() throws Exception {
        TrainingBench bench = bench().tolerating(50).image(new byte[] {1, 2, 3}, Split.TRAIN, "1");
        List<TrainerReport> reports = run(bench, _ -> new Direction.Proceed());
        assertThat(reports)
                .filteredOn(InputsRead.class::isInstance)
                .extracting(report -> ((InputsRead) report).inputs())
                .containsExactly(3L, 6L, 9L, 12L);
    }

    @Test
    void a_cancel_is_obeyed_after_the_input_in_hand() throws Exception {
        List<TrainerReport> reports =
                run(bench(), inputs -> inputs < 5 ? new Direction.Wait() : new Direction.StopNow());
        assertThat(fetched).isEqualTo(5);
        assertThat(reports.getLast()).isInstanceOf(Released.class);
    }

    /** Of 40 images to learn from and 20 to test on, four of which are learned from in a step. */
    private TrainingBench many() throws IOException {
        return new TrainingBench(folder)
                .digits(20, Split.TRAIN)
                .digits(20, Split.TEST)
                .digits(20, Split.TRAIN)
                .set("batch_size", 4L)
                .set("num_epochs", 2L)
                .with(new Counting());
    }

    private static Prepared prepared(List<TrainerReport> reports) {
        return (Prepared)
                reports.stream().filter(Prepared.class::isInstance).findFirst().orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        // Told after so many inputs: so many are read to learn from, and to test on.
        "0, 4, 4",
        "3, 4, 4",
        "4, 4, 4",
        "7, 7, 4",
        "22, 20, 4",
        "27, 20, 7",
        "59, 39, 20",
        "60, 40, 20"
    })
    void who_is_to_finish_reads_no_more_than_a_step_and_its_test_take(int told, int training, int test)
            throws Exception {
        TrainingBench bench = many();
        List<TrainerReport> reports = run(bench, inputs -> inputs < told ? new Direction.Wait() : FINISH);

        assertThat(prepared(reports))
                .isEqualTo(new Prepared(reports.getFirst().attempt(), SCRATCH, training + test, 0));
        assertThat(TrainingBench.losses(reports)).hasSize(1);
        assertThat(((Finished) reports.getLast()).completion()).isEqualTo(Completion.STOPPED_BY_TENANT);
        assertThat(published(bench, "run.json"))
                .contains("\"training_images\":" + training)
                .contains("\"test_images\":" + test)
                .contains("\"unread\":" + (60 - training - test));
        int unread = 60 - training - test;
        String says = "%d inputs were not looked at: the training was to finish before.".formatted(unread);
        assertThat(published(bench, "README.md").contains(says)).isEqualTo(unread > 0);
    }

    private static String published(TrainingBench bench, String file) throws IOException {
        try (InputStream stored = bench.store().open("jobs/job-1/attempts/1/" + file)) {
            return new String(stored.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void an_input_that_cannot_be_read_is_none_to_finish_with() throws Exception {
        byte[] broken = {1, 2, 3};
        TrainingBench bench = new TrainingBench(folder)
                .tolerating(50)
                .digits(2, Split.TRAIN)
                .image(broken, Split.TRAIN, "1")
                .image(broken, Split.TEST, "1")
                .digits(20, Split.TRAIN)
                .set("batch_size", 4L)
                .set("num_epochs", 1L)
                .with(new Counting());
        List<TrainerReport> reports = run(bench, _ -> FINISH);
        assertThat(prepared(reports)).isEqualTo(new Prepared(reports.getFirst().attempt(), SCRATCH, 4, 2));
        assertThat(reports.getLast()).isInstanceOf(Finished.class);
        assertThat(published(bench, "run.json")).contains("\"unreadable\":2").contains("\"unread\":18");
    }

    @Test
    void who_goes_on_from_a_checkpoint_is_measured_by_all_that_it_was_to_be_measured_by() throws Exception {
        TrainingBench bench = many();
        List<TrainerReport> first = bench.run(
                bench.assignment(1, SCRATCH),
                steps -> steps < 4 ? new Direction.Proceed() : new Direction.SaveAndStop());
        Origin resumed =
                TrainingBench.resumedFrom(TrainingBench.checkpoints(first).getLast());
        List<TrainerReport> second = bench.run(bench.assignment(2, resumed), _ -> FINISH);

        assertThat(prepared(second)).isEqualTo(new Prepared(second.getFirst().attempt(), resumed, 60, 0));
        assertThat(TrainingBench.losses(second)).isEmpty();
        assertThat(second.getLast()).isInstanceOf(Finished.class);
    }

    @Test
    void a_transfer_that_is_to_finish_learns_from_a_batch_of_embeddings_and_its_model_answers() throws Exception {
        TrainingBench before = bench();
        StoredObject base =
                ((Finished) before.run(before.assignment(1, SCRATCH)).getLast()).model();
        TrainingBench bench = new TrainingBench(folder)
                .transferring(base)
                .digits(300, Split.TRAIN)
                .digits(100, Split.TEST)
                .with(new Counting());
        List<TrainerReport> reports = run(bench, _ -> FINISH);

        assertThat(prepared(reports)).isEqualTo(new Prepared(reports.getFirst().attempt(), SCRATCH, 128, 0));
        Finished finished = (Finished) reports.getLast();
        assertThat(finished.metrics()).containsKey("test_accuracy");
        assertThat(bench.archive().model(finished.model()).concepts()).isEqualTo(TrainingBench.DIGITS);
        assertThat(published(bench, "run.json")).contains("\"unread\":272");
    }
}
