package io.deeptrain.standalone.adapter.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cloudevents.CloudEvent;
import io.deeptrain.localservers.adapter.process.FreePort;
import io.deeptrain.localservers.adapter.process.Waiting;
import io.deeptrain.standalone.Home;
import io.deeptrain.standalone.Part;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training through the public API, in the packaged platform, while what it runs on is killed. */
class SurvivalIT {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final Path RECONCILIATION = PROJECT.resolve("billing/src/main/resources/reconciliation.sql");
    private static final String APP = "survival";
    private static final String MODEL = "shades";
    private static final int EPOCHS = 120;
    private static final Duration RUNNING_MAX = Duration.ofMinutes(3);
    private static final Duration TRAINED_MAX = Duration.ofMinutes(10);
    private static final Duration POSTED_MAX = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void a_training_survives_a_kill_of_each_part_ends_once_and_bills_the_useful_seconds() throws Exception {
        Home home = new Home(folder.resolve("home"));
        try (RunningLauncher platform =
                RunningLauncher.start(home, PROJECT, FreePort.find()).awaitReady()) {
            System.out.println(platform.output() + ProcessMemory.of(platform.parts()));
            PublicApi api = new PublicApi(
                    platform.url("/"), Files.readString(home.key()).strip());
            api.createApp(APP);
            api.addInputs(APP, DrawnShades.inputs());
            api.createModel(APP, MODEL, DrawnShades.CONCEPTS, EPOCHS);
            String version = api.train(APP, MODEL);

            awaitProgress(platform, version, 1);
            for (Part part : List.of(Part.GPU_WORKER, Part.SCHEDULER, Part.KAFKA, Part.POSTGRES)) {
                long before = lastStep(EventReader.readAll(kafka(platform)), version);
                assertThat(api.isTrained(APP, MODEL, version))
                        .as("trained before %s was killed", part)
                        .isFalse();
                platform.kill(part);
                awaitProgress(platform, version, before + 1);
            }
            assertThat(Waiting.until(() -> api.isTrained(APP, MODEL, version), TRAINED_MAX))
                    .as("trained: %s", api.status(APP, MODEL, version))
                    .isTrue();

            List<CloudEvent> all = EventReader.readAll(kafka(platform));
            EventReader.assertValid(all);
            List<JsonNode> history = EventReader.history(all, version);
            assertThat(history.stream().map(entry -> entry.path("sequence").asLong()))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, history.size()).boxed().toList());
            String job = history.getFirst().path("job_id").asText();
            assertThat(EventReader.terminals(all, job)).containsExactly("io.deeptrain.job.succeeded.v1");

            assertThat(Waiting.until(() -> isPosted(platform, job), POSTED_MAX))
                    .as("%s is in the ledger", job)
                    .isTrue();
            assertThat(rows(platform, Files.readString(RECONCILIATION, StandardCharsets.UTF_8)))
                    .isEmpty();
            assertLostSecondsAreFree(all, job);
        }
    }

    /** The worker's work after its last checkpoint died with it; only what was resumed from may be billed. */
    private static void assertLostSecondsAreFree(List<CloudEvent> all, String job) {
        JsonNode charge = EventReader.lastCharge(all, job);
        JsonNode lines = charge.path("lines");
        assertThat(lines.size()).as("attempts: %s", charge).isGreaterThanOrEqualTo(2);
        List<JsonNode> starts = EventReader.bodies(all, "io.deeptrain.job.started.v1", job);
        long billableMillis = 0;
        for (int number = 0; number < lines.size(); number++) {
            JsonNode line = lines.get(number);
            billableMillis += line.path("billable_millis").asLong();
            assertThat(line.path("billable_millis").asLong()
                            + line.path("free_millis").asLong())
                    .isEqualTo(line.path("reading_millis").asLong());
            long attempt = line.path("attempt").asLong();
            if (number < lines.size() - 1) {
                long resumedFrom = starts.stream()
                        .map(start -> start.path("origin").path("checkpoint"))
                        .filter(checkpoint -> checkpoint.path("attempt").asLong() == attempt)
                        .mapToLong(
                                checkpoint -> checkpoint.path("reading_millis").asLong())
                        .max()
                        .orElse(0);
                assertThat(line.path("billable_millis").asLong())
                        .as("of lost attempt %s: %s", attempt, charge)
                        .isLessThanOrEqualTo(resumedFrom);
            }
        }
        assertThat(charge.path("billed_seconds").asLong()).isEqualTo(billableMillis / 1000);
        assertThat(charge.path("billed_seconds").asLong())
                .isPositive()
                .isLessThanOrEqualTo(secondsUnderWay(starts, all, job));
    }

    private static long secondsUnderWay(List<JsonNode> starts, List<CloudEvent> all, String job) {
        Instant started = Instant.parse(starts.getFirst().path("occurred_at").asText());
        Instant finished = Instant.parse(EventReader.bodies(all, "io.deeptrain.job.finishing.v1", job)
                .getFirst()
                .path("occurred_at")
                .asText());
        return Duration.between(started, finished).toSeconds();
    }

    private static void awaitProgress(RunningLauncher platform, String version, long step) throws InterruptedException {
        assertThat(Waiting.until(() -> lastStep(EventReader.readAll(kafka(platform)), version) >= step, RUNNING_MAX))
                .as("step %d within %s: %s", step, RUNNING_MAX, platform.output())
                .isTrue();
    }

    private static long lastStep(List<CloudEvent> all, String version) {
        return EventReader.history(all, version).stream()
                .findFirst()
                .map(queued -> queued.path("job_id").asText())
                .stream()
                .flatMap(job -> EventReader.bodies(all, "io.deeptrain.attempt.progress-reported.v1", job).stream())
                .mapToLong(report -> report.path("progress").path("step").asLong())
                .max()
                .orElse(0);
    }

    private static String kafka(RunningLauncher platform) {
        return "127.0.0.1:" + platform.part(Part.KAFKA).port();
    }

    private static boolean isPosted(RunningLauncher platform, String job) {
        try {
            return rows(platform, "select job_id from billing.ledger_tx where job_id = '" + job + "'")
                            .size()
                    == 1;
        } catch (SQLException notYet) {
            return false;
        }
    }

    private static List<String> rows(RunningLauncher platform, String sql) throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:%d/deeptrain"
                .formatted(platform.part(Part.POSTGRES).port());
        try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres");
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (found.next()) {
                StringBuilder row = new StringBuilder();
                for (int column = 1; column <= found.getMetaData().getColumnCount(); column++) {
                    row.append(found.getString(column)).append(' ');
                }
                rows.add(row.toString().strip());
            }
            return rows;
        }
    }
}
