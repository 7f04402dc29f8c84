package io.deeptrain.standalone.adapter.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.standalone.Home;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings of two processes through the public API, in the packaged platform with a worker that offers two GPUs. */
class GangIT {
    private static final Map<String, String> SETTINGS =
            Map.of("DEEPTRAIN_WORKER_GPUS", "2", "DEEPTRAIN_SCHEDULER_IMPOSSIBLE_AFTER", "PT5S");

    @TempDir
    Path folder;

    @Test
    void a_training_on_two_gpus_outlives_a_lost_rank_and_pays_for_both_and_three_gpus_are_refused() throws Exception {
        try (TrainingPlatform platform = TrainingPlatform.start(new Home(folder.resolve("home")), SETTINGS)) {
            String tooLarge = platform.train("three", 3, 1);
            losesARank(platform);
            String first = platform.train("first", 1, 1);
            String second = platform.train("second", 1, 1);
            platform.await(
                    "both trained, one after the other",
                    () -> platform.isTrained("first", first) && platform.isTrained("second", second));
            assertThat(platform.attempts(first)).containsExactly(1L);
            assertThat(platform.attempts(second)).containsExactly(1L);

            String elastic = platform.train(
                    "elastic", Map.of("min_num_gpus", 1, "num_gpus", 8, "num_epochs", 1, "batch_size", 16));
            platform.await("trained on what there is", () -> platform.isTrained("elastic", elastic));
            assertThat(platform.bodies("job.started.v1", elastic)
                            .getFirst()
                            .path("gpus")
                            .asInt())
                    .isEqualTo(2);

            assertThat(platform.terminals(tooLarge)).containsExactly("io.deeptrain.job.failed.v1");
            assertThat(platform.bodies("job.failed.v1", tooLarge).getFirst().toString())
                    .contains("3 GPUs", "largest");
        }
    }

    private static void losesARank(TrainingPlatform platform) throws Exception {
        String version = platform.train("two", 2, 60);
        platform.awaitSome("attempt.checkpoint-saved.v1", version);
        List<ProcessHandle> ranks = ranks(platform);
        assertThat(ranks).hasSize(1);
        ranks.getFirst().destroyForcibly();
        platform.await("trained", () -> platform.isTrained("two", version));

        JsonNode lost = platform.bodies("attempt.failed.v1", version).getFirst();
        assertThat(lost.path("code").asText()).isEqualTo("RANK_LOST");
        assertThat(lost.path("fault").asText()).isEqualTo("PLATFORM");
        assertThat(lost.path("message").asText())
                .contains("rank 1 (process %d) ended with exit code 137"
                        .formatted(ranks.getFirst().pid()));
        JsonNode resumed = platform.bodies("attempt.started.v1", version).get(1);
        assertThat(resumed.path("origin").path("kind").asText()).isEqualTo("resumed");
        assertThat(Files.readString(platform.home().logs().resolve("gpu-worker.log")))
                .contains(
                        "2 ranks exchange gradients",
                        "%d".formatted(ranks.getFirst().pid()));
        platform.await("the ranks have ended", () -> ranks(platform).isEmpty());

        platform.awaitSome("charge.posted.v1", version);
        JsonNode charge = platform.lastCharge(version);
        assertThat(charge.path("gpus").asInt()).isEqualTo(2);
        assertThat(charge.path("lines").path(0).path("free_millis").asLong()).isPositive();
    }

    /** The processes that the worker has started. */
    private static List<ProcessHandle> ranks(TrainingPlatform platform) {
        return ProcessHandle.of(platform.workerPid()).stream()
                .flatMap(ProcessHandle::children)
                .filter(ProcessHandle::isAlive)
                .toList();
    }
}
