package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.event.Completion;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.StoredObject;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A training, watched as it goes. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
@Timeout(60)
class ProgressStreamTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private Elsewhere elsewhere;

    private String version = "";
    private JobId job = new JobId("unset");

    @BeforeEach
    void aTrainingOfItsOwn() {
        app = OwnApp.fresh(base);
        elsewhere = new Elsewhere(TestServers.kafka());
        app.labelledInputs();
        app.create("m", "");
        version = app.train("m");
        job = new JobId(app.job("m", version));
    }

    @AfterEach
    void close() {
        elsewhere.close();
    }

    @Test
    void every_change_is_told_until_the_end() throws Exception {
        try (Stream stream = open(-1)) {
            assertThat(stream.next().code()).isEqualTo(21103);
            begin();
            assertThat(stream.untilCode(21101).code()).isEqualTo(21101);
            elsewhere.say(Elsewhere.report(job.value(), 50));
            Told halfway = stream.until(told -> told.data().has("epoch"));
            assertThat(halfway.data().path("epoch").asInt()).isEqualTo(1);
            assertThat(halfway.data().at("/status/percent_completed").asInt()).isEqualTo(47);
            succeed();
            Told end = stream.untilCode(21100);
            assertThat(end.id()).isGreaterThan(halfway.id());
            assertThat(stream.isOver()).isTrue();
        }
    }

    @Test
    void who_comes_back_is_told_only_what_is_new() throws Exception {
        long seen;
        try (Stream stream = open(-1)) {
            seen = stream.next().id();
        }
        try (Stream stream = open(seen)) {
            begin();
            Told next = stream.next();
            assertThat(next.id()).isGreaterThan(seen);
            assertThat(next.code()).isEqualTo(21101);
        }
    }

    @Test
    void a_deletion_ends_the_stream() throws Exception {
        try (Stream stream = open(-1)) {
            stream.next();
            Thread deleting =
                    Thread.ofVirtual().start(() -> app.rest().delete(app.at("/models/m/versions/" + version)));
            Told end = stream.until(told -> told.event().equals("end"));
            assertThat(end.code()).isEqualTo(21200);
            assertThat(stream.isOver()).isTrue();
            elsewhere.say(Elsewhere.charge(app.id(), job.value(), 0));
            deleting.join();
        }
    }

    /** It hears of it with the next beat at the latest. */
    @Test
    void a_revoked_key_ends_the_stream_that_it_opened() throws Exception {
        String key = app.rest()
                .post(
                        "/v2/users/me/keys",
                        Fixture.json("{'keys':[{'scopes':['All'],'apps':[{'id':'%s'}]}]}".formatted(app.id())))
                .body()
                .at("/keys/0/id")
                .asText();
        try (Stream stream = open(-1, key)) {
            assertThat(stream.next().code()).isEqualTo(21103);
            assertThat(app.rest().delete("/v2/users/me/keys/" + key).code()).isEqualTo(10000);
            Told end = stream.until(told -> told.event().equals("end"));
            assertThat(end.code()).isEqualTo(11009);
            assertThat(stream.isOver()).isTrue();
        }
    }

    @Test
    void a_long_poll_is_answered_by_the_change_that_it_waits_for() {
        begin();
        app.until("m", version, 21101);
        CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(
                () -> app.rest().get(app.at("/models/m/versions/" + version + "/progress?wait=30")));
        CompletableFuture<Answer> soon = answer.orTimeout(15, TimeUnit.SECONDS);
        AtomicInteger steps = new AtomicInteger();
        // Again and again, for nobody can see from outside when the wait begins.
        Elsewhere.eventually(() -> {
            elsewhere.say(Elsewhere.report(job.value(), steps.incrementAndGet()));
            return soon.thenApply(_ -> true)
                    .completeOnTimeout(false, 200, TimeUnit.MILLISECONDS)
                    .join();
        });
        assertThat(soon.join().body().at("/progress/status/code").asInt()).isEqualTo(21101);
    }

    @Test
    void nobody_else_may_watch() {
        assertThat(app.rest().as("no-key").get(events()).code()).isEqualTo(11009);
        assertThat(app.rest().get(app.at("/models/m/versions/none/events")).code())
                .isEqualTo(21200);
    }

    private String events() {
        return app.at("/models/m/versions/" + version + "/events");
    }

    private void begin() {
        elsewhere.say(
                new JobAssigned(job, 2, Instant.now(), Elsewhere.FIRST, Elsewhere.WORKER, new Origin.Scratch()),
                new JobStarted(job, 3, Instant.now(), Elsewhere.FIRST, new Origin.Scratch()));
    }

    private void succeed() {
        elsewhere.say(
                new JobFinishing(job, 4, Instant.now(), Elsewhere.FIRST, 8000),
                new JobSucceeded(
                        job,
                        5,
                        Instant.now(),
                        Elsewhere.FIRST,
                        new StoredObject("jobs/x/model", "b".repeat(64), 5),
                        Map.of(),
                        Completion.ALL_EPOCHS,
                        8000));
    }

    private Stream open(long lastSeen) throws IOException, InterruptedException {
        return open(lastSeen, Surroundings.KEY);
    }

    private Stream open(long lastSeen, String key) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(base.resolve(events())).header("Authorization", "Key " + key);
        if (lastSeen >= 0) {
            request.header("Last-Event-ID", Long.toString(lastSeen));
        }
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpResponse<InputStream> response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
        return new Stream(client, new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
    }

    private record Told(long id, String event, JsonNode data) {
        int code() {
            return data.at("/status/code").asInt();
        }
    }

    private record Stream(HttpClient client, BufferedReader lines) implements AutoCloseable {
        @FunctionalInterface
        interface Wanted {
            boolean is(Told told);
        }

        Told untilCode(int code) throws IOException {
            return until(told -> told.code() == code);
        }

        Told until(Wanted wanted) throws IOException {
            Told told = next();
            while (!wanted.is(told)) {
                told = next();
            }
            return told;
        }

        Told next() throws IOException {
            long id = -1;
            String event = "";
            JsonNode data = MAPPER.missingNode();
            while (data.isMissingNode()) {
                String line = lines.readLine();
                assertThat(line).as("the stream goes on").isNotNull();
                if (line.startsWith("id: ")) {
                    id = Long.parseLong(line.substring(4));
                } else if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data = MAPPER.readTree(line.substring(6));
                }
            }
            return new Told(id, event, data);
        }

        boolean isOver() throws IOException {
            return lines.lines().allMatch(String::isEmpty);
        }

        @Override
        public void close() throws IOException {
            client.shutdownNow();
            lines.close();
        }
    }
}
