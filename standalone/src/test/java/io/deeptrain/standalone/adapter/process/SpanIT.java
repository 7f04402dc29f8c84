package io.deeptrain.standalone.adapter.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.standalone.Home;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training of two GPUs through the public API, on two packaged workers that have one each. */
class SpanIT {
    private static final Map<String, String> GANG = Map.of(
            "DEEPTRAIN_WORKER_GANG_HOST", "127.0.0.1",
            "DEEPTRAIN_WORKER_GANG_PORT", "0",
            "DEEPTRAIN_WORKER_GANG_KEY", "what both workers of this test know");

    @TempDir
    Path folder;

    @Test
    void a_training_on_two_workers_outlives_the_loss_of_one_and_pays_for_both() throws Exception {
        try (TrainingPlatform platform = TrainingPlatform.start(new Home(folder.resolve("home")), GANG)) {
            Process second = secondWorker(platform);
            try {
                String version = platform.train("two", 2, 20);
                platform.awaitSome("attempt.checkpoint-saved.v1", version);
                assertThat(workerOf(platform, "attempt.assigned.v1", version)).isEqualTo("local");
                assertThat(workerOf(platform, "attempt.ranks-assigned.v1", version))
                        .isEqualTo("second");
                List<ProcessHandle> ranks = second.children().toList();
                assertThat(ranks).hasSize(1);

                second.destroyForcibly().waitFor();
                platform.await(
                        "the rank ends with the worker that has started it",
                        () -> !ranks.getFirst().isAlive());
                platform.awaitSome("job.requeued.v1", version);
                second = secondWorker(platform);
                platform.await("trained", () -> platform.isTrained("two", version));

                JsonNode resumed =
                        platform.bodies("attempt.started.v1", version).getLast();
                assertThat(resumed.path("origin").path("kind").asText()).isEqualTo("resumed");
                platform.awaitSome("charge.posted.v1", version);
                JsonNode charge = platform.lastCharge(version);
                assertThat(charge.path("gpus").asInt()).isEqualTo(2);
                assertThat(charge.path("lines").path(0).path("free_millis").asLong())
                        .isPositive();
                Process partner = second;
                platform.await(
                        "the ranks have ended",
                        () -> partner.children().findAny().isEmpty());
            } finally {
                second.destroyForcibly();
            }
        }
    }

    private static String workerOf(TrainingPlatform platform, String type, String version) {
        return platform.bodies(type, version).getFirst().path("worker_id").asText();
    }

    private static Process secondWorker(TrainingPlatform platform) throws IOException {
        Home home = platform.home();
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-jar",
                        TrainingPlatform.PROJECT
                                .resolve("gpu-worker/target/quarkus-app/quarkus-run.jar")
                                .toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        home.logs().resolve("second.log").toFile()));
        builder.environment().putAll(GANG);
        builder.environment()
                .putAll(Map.of(
                        "DEEPTRAIN_WORKER_ID",
                        "second",
                        "DEEPTRAIN_OBJECTS",
                        home.objects().toUri().toString(),
                        "DJL_CACHE_DIR",
                        home.djlCache().toString(),
                        "KAFKA_BOOTSTRAP_SERVERS",
                        platform.kafka(),
                        "QUARKUS_HTTP_HOST",
                        "127.0.0.1",
                        "QUARKUS_HTTP_PORT",
                        "0"));
        return builder.start();
    }
}
