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

/** The packaged platform, one app with images in it, and what the events say of its trainings. */
final class TrainingPlatform implements AutoCloseable {
    static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    private static final String APP = "gangs";
    private static final Duration MAX = Duration.ofMinutes(4);

    private final Home home;
    private final RunningLauncher launcher;
    private final PublicApi api;

    private TrainingPlatform(Home home, RunningLauncher launcher) throws Exception {
        this.home = home;
        this.launcher = launcher;
        api = new PublicApi(launcher.url("/"), Files.readString(home.key()).strip());
        api.createApp(APP);
        api.addInputs(APP, DrawnShades.inputs());
    }

    static TrainingPlatform start(Home home, Map<String, String> settings) throws Exception {
        RunningLauncher launcher =
                RunningLauncher.start(home, PROJECT, FreePort.find(), settings).awaitReady();
        try {
            return new TrainingPlatform(home, launcher);
        } catch (Exception notReady) {
            launcher.close();
            throw notReady;
        }
    }

    @Override
    public void close() {
        launcher.close();
    }

    Home home() {
        return home;
    }

    String kafka() {
        return "127.0.0.1:" + launcher.part(Part.KAFKA).port();
    }

    /** The process of the worker that came with the platform. */
    long workerPid() {
        return launcher.part(Part.GPU_WORKER).pid();
    }

    /** Answers the model's version. */
    String train(String model, int gpus, int epochs) throws Exception {
        return train(model, Map.of("num_gpus", gpus, "num_epochs", epochs, "batch_size", 16));
    }

    String train(String model, Map<String, Integer> parameters) throws Exception {
        api.createModel(APP, model, DrawnShades.CONCEPTS, parameters);
        return api.train(APP, model);
    }

    boolean isTrained(String model, String version) {
        return api.isTrained(APP, model, version);
    }

    /**
     * Of the events of that type about the training of the version, as in {@code job.requeued.v1}, the oldest first.
     */
    List<JsonNode> bodies(String type, String version) {
        List<CloudEvent> events = all();
        return EventReader.history(events, version).stream()
                .findFirst()
                .map(queued -> EventReader.bodies(
                        events, "io.deeptrain." + type, queued.path("job_id").asText()))
                .orElse(List.of());
    }

    JsonNode lastCharge(String version) {
        return EventReader.lastCharge(all(), job(version));
    }

    List<String> terminals(String version) {
        return EventReader.terminals(all(), job(version));
    }

    List<Long> attempts(String version) {
        return bodies("attempt.assigned.v1", version).stream()
                .map(assigned -> assigned.path("attempt").asLong())
                .distinct()
                .toList();
    }

    void awaitSome(String type, String version) throws InterruptedException {
        await(type, () -> !bodies(type, version).isEmpty());
    }

    void await(String what, BooleanSupplier condition) throws InterruptedException {
        assertThat(Waiting.until(condition, MAX))
                .as("%s: %s", what, launcher.output())
                .isTrue();
    }

    private List<CloudEvent> all() {
        return EventReader.readAll(kafka());
    }

    private String job(String version) {
        return EventReader.history(all(), version).getFirst().path("job_id").asText();
    }
}
