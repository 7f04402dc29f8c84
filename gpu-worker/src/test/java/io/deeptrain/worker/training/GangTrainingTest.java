package io.deeptrain.worker.training;

import static io.deeptrain.worker.training.KilledTraining.STEPS_PER_EPOCH;
import static io.deeptrain.worker.training.TrainingBench.checkpoints;
import static io.deeptrain.worker.training.TrainingBench.losses;
import static io.deeptrain.worker.training.TrainingBench.resumedFrom;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Fault;
import io.deeptrain.event.Origin;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.process.ProcessGangs;
import io.deeptrain.worker.adapter.process.RankMain;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.CheckpointWritten;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.attempt.TrainerReport.Released;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.Directions.Direction;
import io.deeptrain.worker.port.Gangs;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.Predictor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trainings of two processes, which share each batch. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class GangTrainingTest {
    private static final long CHILD_SECONDS = 60;

    private List<TrainerReport> uninterrupted = List.of();

    static TrainingBench bench(Path folder) throws IOException {
        return KilledTraining.bench(new TrainingBench(folder))
                .on(2, new ProcessGangs(new DjlLearners(1), 1, Precision.FP32, List.of()));
    }

    private static TrainingBench longer(TrainingBench bench) {
        return bench.set("num_epochs", 12L);
    }

    @BeforeAll
    void trainWithoutInterruption(@TempDir Path folder) throws IOException {
        TrainingBench bench = bench(folder);
        uninterrupted = bench.run(bench.assignment(1, new Origin.Scratch()));
        assertThat(uninterrupted.getLast()).isInstanceOf(Finished.class);
    }

    @Test
    void two_ranks_learn_as_one_does(@TempDir Path alone, @TempDir Path together) throws IOException {
        TrainingBench one = longer(KilledTraining.bench(new TrainingBench(alone)));
        TrainingBench two = longer(bench(together));
        List<Double> ofOne = losses(one.run(one.assignment(1, new Origin.Scratch())));
        List<Double> ofTwo = losses(two.run(two.assignment(1, new Origin.Scratch())));

        assertThat(ofTwo).hasSameSizeAs(ofOne);
        assertThat(lastEpoch(ofTwo)).isLessThan(0.5 * ofTwo.getFirst());
        assertThat(lastEpoch(ofTwo)).isLessThan(2 * lastEpoch(ofOne));
    }

    private static double lastEpoch(List<Double> losses) {
        return losses.subList(losses.size() - STEPS_PER_EPOCH, losses.size()).stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
    }

    @Test
    void a_resumed_gang_goes_on_as_the_interrupted_one_would_have(@TempDir Path folder) throws IOException {
        TrainingBench bench = bench(folder);
        List<TrainerReport> first = bench.run(
                bench.assignment(1, new Origin.Scratch()),
                steps -> steps < 6 ? new Direction.Proceed() : new Direction.SaveAndStop());
        assertThat(first.getLast()).isInstanceOf(Released.class);

        goesOn(bench, first, checkpoints(first).getLast());
    }

    @ParameterizedTest(name = "{0} ranks, then {1}")
    @CsvSource({"2, 1", "1, 2"})
    void an_elastic_training_goes_on_with_another_number_of_gpus(int before, int after, @TempDir Path folder)
            throws IOException {
        Gangs gangs = new ProcessGangs(new DjlLearners(1), 1, Precision.FP32, List.of());
        TrainingBench bench =
                longer(KilledTraining.bench(new TrainingBench(folder))).on(before, gangs);
        List<TrainerReport> first = bench.run(
                bench.assignment(1, new Origin.Scratch()),
                steps -> steps < STEPS_PER_EPOCH ? new Direction.Proceed() : new Direction.SaveAndStop());
        assertThat(first.getLast()).isInstanceOf(Released.class);
        CheckpointWritten saved = checkpoints(first).getLast();
        assertThat(saved.epoch()).isEqualTo(1);

        Origin origin = resumedFrom(saved);
        List<TrainerReport> next = bench.on(after, gangs).run(bench.assignment(2, origin));

        assertThat(TrainingBench.origin(next)).isEqualTo(origin);
        assertThat(next.getLast()).isInstanceOf(Finished.class);
        assertThat(losses(first)).hasSize((int) saved.step());
        assertThat(losses(next).getFirst()).isLessThan(losses(first).getFirst());
        assertThat(lastEpoch(losses(next))).isLessThan(0.5 * losses(first).getFirst());
    }

    private void goesOn(TrainingBench bench, List<TrainerReport> before, CheckpointWritten saved) throws IOException {
        Origin origin = resumedFrom(saved);
        List<TrainerReport> next = bench.run(bench.assignment(2, origin));
        assertThat(TrainingBench.origin(next)).isEqualTo(origin);
        assertThat(losses(before))
                .isEqualTo(losses(uninterrupted).subList(0, losses(before).size()));
        assertThat(losses(next))
                .isEqualTo(losses(uninterrupted)
                        .subList((int) saved.step(), losses(uninterrupted).size()));
        assertThat(((Finished) next.getLast()).model().sha256())
                .isEqualTo(((Finished) uninterrupted.getLast()).model().sha256());
    }

    @Test
    void a_rank_that_is_killed_ends_the_attempt_as_our_fault_and_the_next_goes_on(@TempDir Path folder)
            throws IOException {
        TrainingBench bench = bench(folder);
        long[] killed = new long[1];
        List<TrainerReport> first = bench.run(bench.assignment(1, new Origin.Scratch()), steps -> {
            if (steps == 6 && killed[0] == 0) {
                ProcessHandle rank = ranks().getFirst();
                killed[0] = rank.pid();
                rank.destroyForcibly();
            }
            return new Direction.Proceed();
        });
        assertThat(first.getLast()).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.fault()).isEqualTo(Fault.PLATFORM);
            assertThat(failed.code()).isEqualTo("RANK_LOST");
            assertThat(failed.message()).contains("rank 1 (process %d) ended with exit code 137".formatted(killed[0]));
        });
        assertThat(ranks()).isEmpty();
        assertThat(checkpoints(first).getLast().step()).isEqualTo(STEPS_PER_EPOCH);

        goesOn(bench, first, checkpoints(first).getLast());
    }

    @Test
    void a_signal_to_all_processes_does_not_take_the_ranks_away(@TempDir Path folder) throws IOException {
        TrainingBench bench = bench(folder);
        List<TrainerReport> reports = bench.run(bench.assignment(1, new Origin.Scratch()), steps -> {
            if (steps == 2) {
                ranks().forEach(ProcessHandle::destroy);
            }
            return new Direction.Proceed();
        });
        assertThat(losses(reports)).isEqualTo(losses(uninterrupted));
        assertThat(ranks()).isEmpty();
    }

    @Test
    void ranks_that_have_not_learned_the_same_end_the_attempt_as_our_fault(@TempDir Path folder) throws IOException {
        TrainingBench bench = KilledTraining.bench(new TrainingBench(folder))
                .on(2, new ProcessGangs(drifting(new DjlLearners(1)), 1, Precision.FP32, List.of()));
        List<TrainerReport> reports = bench.run(bench.assignment(1, new Origin.Scratch()));
        assertThat(reports.getLast()).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.fault()).isEqualTo(Fault.PLATFORM);
            assertThat(failed.code()).isEqualTo("RANKS_DIFFER");
            assertThat(failed.message()).contains("ranks 0 and 1 should have learned the same");
        });
        assertThat(checkpoints(reports)).isEmpty();
        assertThat(ranks()).isEmpty();
    }

    /** Rank 0's learners: its first parameter is off by one bit. */
    private static Learners drifting(Learners learners) {
        return new Learners() {
            @Override
            public Learner learner(Network network, Recipe recipe, List<Tensor> state, GradientExchange exchange) {
                List<Tensor> off = new ArrayList<>(state);
                Tensor first = off.getFirst();
                float[] values = first.values().clone();
                values[0] = Math.nextUp(values[0]);
                off.set(0, new Tensor(first.name(), first.shape(), values));
                return learners.learner(network, recipe, off, exchange);
            }

            @Override
            public long memoryBytes() {
                return learners.memoryBytes();
            }

            @Override
            public Predictor predictor(Network network, List<Tensor> state) {
                return learners.predictor(network, state);
            }
        };
    }

    @Test
    void a_batch_too_small_to_be_shared_is_refused(@TempDir Path folder) throws IOException {
        TrainingBench bench = bench(folder).set("batch_size", 3L);
        assertThat(bench.run(bench.assignment(1, new Origin.Scratch())).getLast())
                .isInstanceOfSatisfying(Failed.class, failed -> {
                    assertThat(failed.fault()).isEqualTo(Fault.USER);
                    assertThat(failed.code()).isEqualTo("BATCH_TOO_SMALL");
                    assertThat(failed.message())
                            .isEqualTo("batch_size must be at least 4 with 2 GPUs, which share it: 3");
                });
    }

    @Test
    void ranks_do_not_outlive_a_worker_that_is_killed(@TempDir Path folder) throws Exception {
        Path pids = folder.resolve("pids");
        Process worker = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx256m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        AbandonedGang.class.getName(),
                        folder.toString(),
                        pids.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        try {
            assertThat(worker.waitFor(CHILD_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue())
                    .as(Files.readString(folder.resolve("output")))
                    .isEqualTo(KilledTraining.KILLED);
        } finally {
            worker.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(pids);
        assertThat(lines).hasSize(1);
        for (String pid : lines) {
            var rank = ProcessHandle.of(Long.parseLong(pid));
            if (rank.isPresent()) {
                rank.get().onExit().get(CHILD_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    /** The processes that this one has started as ranks. */
    static List<ProcessHandle> ranks() {
        return ProcessHandle.current()
                .children()
                .filter(child -> commandLine(child).contains(RankMain.class.getName()))
                .toList();
    }

    /** Whole; the process itself is asked for no more than a page of it. Of one that has ended it is empty. */
    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
        } catch (IOException ended) {
            return "";
        }
    }
}
