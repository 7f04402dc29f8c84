package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.standardwebhooks.Webhook;
import com.sun.net.httpserver.HttpServer;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A tenant's server is told what becomes of trainings. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
@TestProfile(WebhooksTest.PrivateAddresses.class)
class WebhooksTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The server of this test is on this machine. */
    public static final class PrivateAddresses implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("deeptrain.webhooks.private-addresses", "true");
        }
    }

    private record Heard(Map<String, List<String>> headers, String body) {
        JsonNode json() throws IOException {
            return MAPPER.readTree(body);
        }
    }

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private Elsewhere elsewhere;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private HttpServer server;

    private final List<Heard> heard = new CopyOnWriteArrayList<>();
    private final AtomicInteger answers = new AtomicInteger(204);
    private JobId job = new JobId("unset");
    private String version = "";

    @BeforeEach
    void aServerAndAnApp() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            heard.add(new Heard(Map.copyOf(exchange.getRequestHeaders()), body));
            exchange.sendResponseHeaders(answers.get(), -1);
            exchange.close();
        });
        server.start();
        app = OwnApp.fresh(base);
        elsewhere = new Elsewhere(TestServers.kafka());
    }

    @AfterEach
    void close() {
        elsewhere.close();
        server.stop(0);
    }

    @Test
    void what_was_asked_for_is_told_signed_and_once() throws IOException {
        JsonNode webhook = subscribe("\"training.started\"");
        begin();
        Elsewhere.eventually(() -> !heard.isEmpty());
        Heard told = heard.getFirst();
        assertThat(told.json().at("/type").asText()).isEqualTo("training.started");
        assertThat(told.json().at("/data/model_version_id").asText()).isEqualTo(version);
        assertThat(told.json().at("/data/job_id").asText()).isEqualTo(job.value());
        String secret = webhook.at("/secret").asText();
        assertThatCode(() -> new Webhook(secret).verify(told.body(), lowerCase(told.headers())))
                .doesNotThrowAnyException();
        Elsewhere.eventually(() -> delivery(webhook).at("/state").asText().equals("DELIVERED"));
        assertThat(delivery(webhook).at("/last_status").asInt()).isEqualTo(204);
        assertThat(app.rest().get(app.at("/webhooks")).body().at("/webhooks/0").has("secret"))
                .isFalse();
    }

    @Test
    void what_was_not_taken_waits_and_can_be_told_again() {
        answers.set(503);
        JsonNode webhook = subscribe("\"training.started\"");
        begin();
        Elsewhere.eventually(() -> delivery(webhook).at("/last_status").asInt() == 503);
        assertThat(delivery(webhook).at("/state").asText()).isEqualTo("WAITING");
        assertThat(delivery(webhook).has("next_attempt_at")).isTrue();
        answers.set(200);
        String replay = "/webhooks/%s/deliveries/%s/replay"
                .formatted(
                        webhook.at("/id").asText(), delivery(webhook).at("/id").asText());
        assertThat(app.rest().post(app.at(replay), "").code()).isEqualTo(10000);
        Elsewhere.eventually(() -> delivery(webhook).at("/state").asText().equals("DELIVERED"));
        assertThat(heard.getFirst().headers().get("Webhook-id"))
                .isEqualTo(heard.getLast().headers().get("Webhook-id"));
    }

    @Test
    void a_server_that_is_gone_is_told_nothing_any_more() {
        answers.set(410);
        subscribe("");
        begin();
        Elsewhere.eventually(() -> app.rest()
                .get(app.at("/webhooks"))
                .body()
                .at("/webhooks/0/disabled_reason")
                .asText()
                .contains("410"));
    }

    @Test
    void bad_webhooks_are_refused_with_what_would_be_right() {
        Answer url = app.rest().post(app.at("/webhooks"), "{\"url\":\"ftp://example.com\"}");
        assertThat(url.code()).isEqualTo(11100);
        assertThat(url.details()).contains("url").contains("ftp://example.com");
        Answer type = app.rest()
                .post(app.at("/webhooks"), "{\"url\":\"https://example.com\",\"event_types\":[\"training.lost\"]}");
        assertThat(type.details()).contains("training.lost").contains("training.succeeded");
        assertThat(app.rest().delete(app.at("/webhooks/none")).code()).isEqualTo(11101);
    }

    private JsonNode subscribe(String types) {
        Answer made = app.rest()
                .post(
                        app.at("/webhooks"),
                        "{\"url\":\"http://127.0.0.1:%d/hook\",\"event_types\":[%s]}"
                                .formatted(server.getAddress().getPort(), types));
        assertThat(made.code()).isEqualTo(10000);
        return made.body().at("/webhook");
    }

    private void begin() {
        app.labelledInputs();
        app.create("m", "");
        version = app.train("m");
        job = new JobId(app.job("m", version));
        elsewhere.say(
                new JobAssigned(job, 2, Instant.now(), Elsewhere.FIRST, Elsewhere.WORKER, new Origin.Scratch()),
                new JobStarted(job, 3, Instant.now(), Elsewhere.FIRST, new Origin.Scratch()));
    }

    private JsonNode delivery(JsonNode webhook) {
        return app.rest()
                .get(app.at("/webhooks/" + webhook.at("/id").asText() + "/deliveries"))
                .body()
                .at("/deliveries/0");
    }

    private static Map<String, List<String>> lowerCase(Map<String, List<String>> headers) {
        Map<String, List<String>> lower = new HashMap<>();
        headers.forEach((name, values) -> lower.put(name.toLowerCase(Locale.ROOT), values));
        return lower;
    }
}
