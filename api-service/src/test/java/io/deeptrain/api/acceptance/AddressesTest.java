package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.credentials.ClarifaiCallCredentials;
import com.clarifai.grpc.api.GetModelVersionRequest;
import com.clarifai.grpc.api.UserAppIDSet;
import com.clarifai.grpc.api.V2Grpc;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients download lies at a whole address, which begins with where their call came to. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class AddressesTest {
    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @Inject
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    Clock clock;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Trained before each test.
    private String version;

    @BeforeEach
    void aTraining() {
        app = OwnApp.fresh(base);
        app.labelledInputs();
        app.create("m", "");
        version = app.train("m");
    }

    @Test
    void over_rest_it_is_the_host_of_the_request() {
        String log =
                app.rest().get(path()).body().at("/model_version/train_log").asText();
        assertThat(log).startsWith("http://%s:%d/v2/users/".formatted(base.getHost(), base.getPort()));
        assertThat(app.rest().file(log).statusCode()).isEqualTo(200);
        assertThat(logAt("train.example.org")).startsWith("http://train.example.org/v2/users/");
    }

    @Test
    void it_opens_its_file_without_a_key_until_it_ends() {
        String log =
                app.rest().get(path()).body().at("/model_version/train_log").asText();
        Rest stranger = app.rest().as("wrong");
        assertThat(stranger.file(log).statusCode()).isEqualTo(200);
        assertThat(stranger.file(log.replace("/log?", "/export/file?")).statusCode())
                .isEqualTo(401);
        assertThat(stranger.file(log.replaceFirst("ends=[0-9]+", "ends=99999999999999999"))
                        .statusCode())
                .isEqualTo(401);
        assertThat(stranger.file(log.replace(version, "other")).statusCode()).isEqualTo(401);
        try {
            ((MovableClock) clock).setTo(Instant.now().plus(Duration.ofDays(2)));
            assertThat(stranger.file(log).statusCode()).isEqualTo(401);
        } finally {
            ((MovableClock) clock).letGo();
        }
        assertThat(stranger.file(log).statusCode()).isEqualTo(200);
    }

    @Test
    void over_grpc_it_is_the_authority_of_the_call() {
        assertThat(logOverGrpc("train.example.org:8443")).startsWith("http://train.example.org:8443/v2/users/");
    }

    @Test
    void what_can_be_no_host_is_not_repeated() {
        for (String host : new String[] {"evil<script>", "user@evil", "evil:99999", "evil..com", "evil-"}) {
            assertThat(answerAt(host)).as(host).doesNotContain("http://").doesNotContain("evil");
        }
    }

    @Test
    void what_a_proxy_that_nobody_trusts_says_does_not_count() {
        assertThat(logAt(
                        "train.example.org",
                        "X-Forwarded-Host: evil",
                        "X-Forwarded-Proto: https",
                        "Forwarded: host=evil"))
                .startsWith("http://train.example.org/v2/users/");
    }

    private String path() {
        return app.at("/models/m/versions/" + version);
    }

    private String logOverGrpc(String authority) {
        ManagedChannel channel = ManagedChannelBuilder.forAddress(base.getHost(), base.getPort())
                .overrideAuthority(authority)
                .usePlaintext()
                .build();
        try {
            return V2Grpc.newBlockingStub(channel)
                    .withCallCredentials(new ClarifaiCallCredentials(Surroundings.KEY))
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .getModelVersion(GetModelVersionRequest.newBuilder()
                            .setUserAppId(
                                    UserAppIDSet.newBuilder().setUserId("me").setAppId(app.id()))
                            .setModelId("m")
                            .setVersionId(version)
                            .build())
                    .getModelVersion()
                    .getTrainLog();
        } finally {
            channel.shutdownNow();
        }
    }

    private String logAt(String host, String... headers) {
        String answer = answerAt(host, headers);
        try {
            return new ObjectMapper()
                    .readTree(answer.substring(answer.indexOf("\r\n\r\n")))
                    .at("/model_version/train_log")
                    .asText();
        } catch (IOException e) {
            throw new IllegalStateException(answer, e);
        }
    }

    /** Asked by hand: no client sends a host of which it knows that it is none. */
    private String answerAt(String host, String... headers) {
        String request = "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Key %s\r\nConnection: close\r\n%s\r\n"
                .formatted(
                        path(),
                        host,
                        Surroundings.KEY,
                        headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n");
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
