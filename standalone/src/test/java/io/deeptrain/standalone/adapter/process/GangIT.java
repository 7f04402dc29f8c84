package io.deeptrain.standalone.adapter.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cloudevents.CloudEvent;
import io.deeptrain.localservers.adapter.process.FreePort;
import io.deeptrain.localservers.adapter.process.Waiting;
import io.deeptrain.standalone.Home;
import io.deeptrain.standalone.Part;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings of two processes through the public API, in the packaged platform with a worker that offers two GPUs. */
class GangIT {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final String APP = "gangs";
    private static final Duration MAX = Duration.ofMinutes(4);
    private static final Duration POSTED_MAX = Duration.ofSeconds(60);
    private static final Map<String, String> SETTINGS =
            Map.of("DEEPTRAIN_WORKER_GPUS", "2", "DEEPTRAIN_SCHEDULER_IMPOSSIBLE_AFTER", "PT5S");

    @TempDir
    Path folder;

    private Home home;
    private RunningLauncher platform;
    private PublicApi api;

    @BeforeEach
    void start() throws Exception {
        home = new Home(folder.resolve("home"));
        platform =
                RunningLauncher.start(home, PROJECT, FreePort.find(), SETTINGS).awaitReady();
        api = new PublicApi(platform.url("/"), Files.readString(home.key()).strip());
        api.createApp(APP);
        api.addInputs(APP, DrawnShades.inputs());
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void a_training_on_two_gpus_outlives_a_lost_rank_and_pays_for_both_and_three_gpus_are_refused() throws Exception {
        String tooLarge = train("three", 3, 1);
        String version = train("two", 2, 60);
        await(
                "a checkpoint",
                () -> !bodies("attempt.checkpoint-saved.v1", version).isEmpty());
        List<ProcessHandle> ranks = ranks();
        assertThat(ranks).hasSize(1);
        ranks.getFirst().destroyForcibly();
        await("trained", () -> api.isTrained(APP, "two", version));

        JsonNode lost = bodies("attempt.failed.v1", version).getFirst();
        assertThat(lost.path("code").asText()).isEqualTo("RANK_LOST");
        assertThat(lost.path("fault").asText()).isEqualTo("PLATFORM");
        assertThat(lost.path("message").asText())
                .contains("rank 1 (process %d) ended with exit code 137"
                        .formatted(ranks.getFirst().pid()));
        JsonNode resumed = bodies("attempt.started.v1", version).get(1);
        assertThat(resumed.path("origin").path("kind").asText()).isEqualTo("resumed");
        assertThat(Files.readString(home.logs().resolve("gpu-worker.log")))
                .contains(
                        "2 ranks exchange gradients",
                        "%d".formatted(ranks.getFirst().pid()));
        await("the ranks have ended", () -> ranks().isEmpty());

        await("a bill", () -> !bodies("charge.posted.v1", version).isEmpty());
        JsonNode charge = EventReader.lastCharge(all(), job(version));
        assertThat(charge.path("gpus").asInt()).isEqualTo(2);
        assertThat(charge.path("lines").path(0).path("free_millis").asLong()).isPositive();

        String first = train("first", 1, 1);
        String second = train("second", 1, 1);
        await(
                "both trained, one after the other",
                () -> api.isTrained(APP, "first", first) && api.isTrained(APP, "second", second));
        assertThat(attempts(first)).containsExactly(1L);
        assertThat(attempts(second)).containsExactly(1L);

        assertThat(terminals(tooLarge)).containsExactly("io.deeptrain.job.failed.v1");
        assertThat(bodies("job.failed.v1", tooLarge).getFirst().toString()).contains("3 GPUs", "largest");
    }

    private String train(String model, int gpus, int epochs) throws Exception {
        api.createModel(
                APP, model, DrawnShades.CONCEPTS, Map.of("num_gpus", gpus, "num_epochs", epochs, "batch_size", 16));
        return api.train(APP, model);
    }

    private List<CloudEvent> all() {
        return EventReader.readAll("127.0.0.1:" + platform.part(Part.KAFKA).port());
    }

    private String job(String version) {
        return EventReader.history(all(), version).getFirst().path("job_id").asText();
    }

    private List<JsonNode> bodies(String type, String version) {
        List<CloudEvent> events = all();
        return EventReader.history(events, version).stream()
                .findFirst()
                .map(queued -> EventReader.bodies(
                        events, "io.deeptrain." + type, queued.path("job_id").asText()))
                .orElse(List.of());
    }

    private List<Long> attempts(String version) {
        return bodies("attempt.assigned.v1", version).stream()
                .map(assigned -> assigned.path("attempt").asLong())
                .distinct()
                .toList();
    }

    private List<String> terminals(String version) {
        return EventReader.terminals(all(), job(version));
    }

    /** The processes that the worker has started. */
    private List<ProcessHandle> ranks() {
        return ProcessHandle.of(platform.part(Part.GPU_WORKER).pid()).stream()
                .flatMap(ProcessHandle::children)
                .filter(ProcessHandle::isAlive)
                .toList();
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        assertThat(Waiting.until(condition, what.equals("a bill") ? POSTED_MAX : MAX))
                .as("%s: %s", what, platform.output())
                .isTrue();
    }
}
