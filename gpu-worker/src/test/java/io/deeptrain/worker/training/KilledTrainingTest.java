package io.deeptrain.worker.training;

import static io.deeptrain.worker.training.KilledTraining.STEPS_PER_EPOCH;
import static io.deeptrain.worker.training.TrainingBench.losses;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.Origin;
import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process that is killed by a signal at any point around a checkpoint: the next attempt begins at the newest
 * checkpoint that was told of, learns from there what an uninterrupted training learns, and publishes the same model.
 * So no step before that checkpoint, which is what the tenant pays for, is taken twice, and no more than the steps of
 * one checkpoint are lost.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledTrainingTest {
    private static final long CHILD_SECONDS = 120;

    private List<TrainerReport> uninterrupted = List.of();

    @BeforeAll
    void trainWithoutInterruption(@TempDir Path folder) throws IOException {
        TrainingBench bench = KilledTraining.bench(new TrainingBench(folder));
        uninterrupted = bench.run(bench.assignment(1, new Origin.Scratch()));
        assertThat(uninterrupted.getLast()).isInstanceOf(Finished.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "began",
                "after telling checkpoint at 4",
                "before step 8",
                "after step 8",
                "observed step 8",
                "before telling step at 8",
                "after telling step at 8",
                "before copying 8",
                "after copying 8",
                "before storing 8.safetensors",
                "while storing 8.safetensors",
                "after storing 8.safetensors",
                "observed checkpoint 8",
                "before telling checkpoint at 8",
                "after telling checkpoint at 8",
                "asked after step 8",
                "before step 9",
                "after telling step at 9",
                "after telling checkpoint at 12",
                "evaluating after 12",
                "while storing model.onnx",
                "while storing model.safetensors",
                "after storing model.safetensors",
                "before telling finished at 12"
            })
    void no_step_that_was_saved_is_taken_again_and_no_more_than_one_checkpoint_is_lost(
            String point, @TempDir Path folder) throws Exception {
        Path told = folder.resolve("told");
        killAt(point, folder, told);

        List<String> lines = Files.exists(told) ? Files.readAllLines(told) : List.of();
        long lastStep = lines.stream()
                .filter(line -> line.startsWith("step "))
                .mapToLong(line -> Long.parseLong(line.split(" ", -1)[1]))
                .max()
                .orElse(0);
        Optional<Checkpoint> newest = lines.stream()
                .filter(line -> line.startsWith("checkpoint "))
                .map(KilledTrainingTest::checkpoint)
                .reduce((_, last) -> last);
        long saved = newest.map(Checkpoint::step).orElse(0L);
        assertThat(lastStep - saved).isBetween(0L, (long) STEPS_PER_EPOCH);

        Origin origin = newest.<Origin>map(Origin.Resumed::new).orElse(new Origin.Scratch());
        TrainingBench bench = KilledTraining.bench(new TrainingBench(folder));
        List<TrainerReport> next = bench.run(bench.assignment(2, origin));

        assertThat(TrainingBench.origin(next)).isEqualTo(origin);
        assertThat(losses(next))
                .isEqualTo(losses(uninterrupted)
                        .subList((int) saved, losses(uninterrupted).size()));
        assertThat(((Finished) next.getLast()).model().sha256())
                .isEqualTo(((Finished) uninterrupted.getLast()).model().sha256());
    }

    private static Checkpoint checkpoint(String line) {
        String[] words = line.split(" ", -1);
        return new Checkpoint(
                new FencingToken(1),
                1,
                Integer.parseInt(words[2]),
                Long.parseLong(words[1]),
                0,
                new StoredObject(words[3], words[4], Long.parseLong(words[5])));
    }

    /** By SIGKILL, of which a process hears nothing: nothing is flushed, closed or said. */
    private static void killAt(String point, Path folder, Path told) throws Exception {
        Process child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        KilledTraining.class.getName(),
                        folder.toString(),
                        told.toString(),
                        point)
                .redirectError(folder.resolve("output").toFile())
                .start();
        try {
            boolean arrived = CompletableFuture.supplyAsync(
                            () -> child.inputReader().lines().anyMatch(KilledTraining.ARRIVED::equals))
                    .get(CHILD_SECONDS, TimeUnit.SECONDS);
            assertThat(arrived)
                    .as("comes to '%s':%n%s", point, Files.readString(folder.resolve("output")))
                    .isTrue();
            child.destroyForcibly();
            assertThat(child.waitFor(CHILD_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue()).isEqualTo(KilledTraining.KILLED);
        } finally {
            child.destroyForcibly();
        }
    }
}
