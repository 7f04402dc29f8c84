package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.InputsRead;
import io.deeptrain.worker.attempt.TrainerReport.Released;
import io.deeptrain.worker.port.Ahead;
import io.deeptrain.worker.port.Directions.Direction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run says and obeys while its inputs are fetched and decoded. Each of them takes 400 ms here. */
class PreparingRunTest {
    private static final Origin SCRATCH = new Origin.Scratch();
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
}
