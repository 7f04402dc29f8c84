package io.deeptrain.cli.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.deeptrain.cli.images.LabelledImage;
import io.deeptrain.cli.port.ApiRefusedException;
import io.deeptrain.cli.port.Bill;
import io.deeptrain.cli.port.TrainingApi.Estimate;
import io.deeptrain.cli.port.TrainingApi.Guess;
import io.deeptrain.cli.port.TrainingApi.NewModel;
import io.deeptrain.cli.port.TrainingApi.Sight;
import io.deeptrain.cli.port.TrainingApi.VersionPath;
import io.deeptrain.cli.port.VersionStatus;
import io.deeptrain.cli.port.VersionStatus.State;
import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.ChargeEvent.Line;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.Rate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RestTrainingApiTest {
    private static final VersionPath VERSION = new VersionPath("my app", "reader", "v1");
    private static final String VERSION_PATH = "/v2/users/me/apps/my%20app/models/reader/versions/v1";
    private static final LabelledImage IMAGE = new LabelledImage("1", "seven", () -> new byte[] {1, 2, 3});

    private HttpServer server = started();
    private RestTrainingApi api = new RestTrainingApi(URI.create("http://localhost:1"), "k");
    private String asked = "";
    private int httpStatus = 200;
    private String answer = "{\"status\":{\"code\":10000,\"description\":\"Ok\"}}";

    @BeforeEach
    void serve() {
        server.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            asked = "%s %s [%s] %s"
                    .formatted(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI().getRawPath(),
                            exchange.getRequestHeaders().getFirst("Authorization"),
                            new String(body, StandardCharsets.UTF_8));
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(httpStatus, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        api = new RestTrainingApi(
                URI.create("http://localhost:" + server.getAddress().getPort()), "k");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void images_are_sent_with_their_labels() throws IOException {
        api.addImages("my app", List.of(IMAGE));

        assertThat(asked)
                .isEqualTo("POST /v2/users/me/apps/my%20app/inputs [Key k] "
                        + "{\"inputs\":[{\"data\":{\"image\":{\"base64\":\"AQID\"},"
                        + "\"concepts\":[{\"id\":\"seven\",\"value\":1}]}}]}");
    }

    @Test
    void a_model_is_created_with_template_and_concepts() throws IOException {
        api.createModel("a", new NewModel("reader", "visual-classifier", "classification_cifar10_v1", 4, List.of("x")));

        assertThat(asked)
                .isEqualTo("POST /v2/users/me/apps/a/models [Key k] {\"model\":{\"id\":\"reader\","
                        + "\"model_type_id\":\"visual-classifier\",\"output_info\":{\"data\":{\"concepts\":[{\"id\":\"x\"}]},"
                        + "\"output_config\":{\"concepts_mutually_exclusive\":true}},\"train_info\":{\"params\":"
                        + "{\"template\":\"classification_cifar10_v1\",\"num_epochs\":4}}}}");
    }

    @Test
    void an_estimate_has_bounds_a_cost_and_a_basis() throws IOException {
        answer = "{\"status\":{\"code\":10000},\"estimates\":[{\"seconds\":65,\"interval\":{\"low_seconds\":50,"
                + "\"high_seconds\":80},\"cost\":{\"cents\":7},\"basis\":{\"explanation\":\"31 runs\"}}]}";

        assertThat(api.estimate("a", "m", 300))
                .isEqualTo(new Estimate(
                        Duration.ofSeconds(65), Duration.ofSeconds(50), Duration.ofSeconds(80), 7, "31 runs"));
    }

    @Test
    void the_progress_of_a_running_version_is_read() throws IOException {
        answer = """
                {"status":{"code":10000},"progress":{"status":
                {"code":21101,"details":"","percent_completed":61,"time_remaining":14},
                "attempt":1,"reading_millis":8200,"phase":"TRAINING","epoch":2,"epochs":5,"step":20,"steps":50,
                "loss":0.25,"images_per_second":240.5,"metrics":{"test_accuracy":0.96}}}
                """;

        assertThat(api.look(VERSION))
                .isEqualTo(new Sight(
                        new VersionStatus(State.TRAINING, 61, Optional.of(Duration.ofSeconds(14)), ""),
                        Optional.of(
                                new Progress(Phase.TRAINING, 2, 5, 20, 50, 0.25, Map.of("test_accuracy", 0.96), 240.5)),
                        8_200));
        assertThat(asked).isEqualTo("GET " + VERSION_PATH + "/progress [Key k] ");
    }

    @Test
    void a_queued_version_has_no_progress_and_no_time_left() throws IOException {
        answer = """
                {"status":{"code":10000},"progress":{"status":{"code":21103,"percent_completed":0,"time_remaining":0}}}
                """;

        assertThat(api.look(VERSION))
                .isEqualTo(new Sight(new VersionStatus(State.QUEUED, 0, Optional.empty(), ""), Optional.empty(), 0));
    }

    @Test
    void a_status_that_this_program_does_not_know_is_not_guessed() {
        answer = "{\"status\":{\"code\":10000},\"progress\":{\"status\":{\"code\":21999}}}";

        assertThatThrownBy(() -> api.look(VERSION))
                .hasMessage("the server gives a version an unknown status: {\"code\":21999}");
    }

    @Test
    void the_job_of_a_version_is_named() throws IOException {
        answer = "{\"status\":{\"code\":10000},\"job\":{\"id\":\"j-1\"}}";

        assertThat(api.jobOf(VERSION)).isEqualTo(new JobId("j-1"));
    }

    @Test
    void a_bill_is_read_with_its_readings() throws IOException {
        answer = """
                {"status":{"code":10000},"charge":{"job_id":"j","final":true,
                "cents_per_gpu_hour":400,"currency":"USD","gpus":1,"billed_seconds":8,"amount_cents":0,
                "attempts":[{"attempt":2,"reading_millis":8900,"billable_millis":8200,"free_millis":700,
                "free_reason":"AFTER_CANCEL"}]}}
                """;

        assertThat(api.bill(VERSION))
                .contains(new Bill(
                        new Statement(
                                new Rate(400, "USD"),
                                1,
                                8,
                                0,
                                List.of(new Line(new FencingToken(2), 8_900, 8_200, 700, FreeReason.AFTER_CANCEL))),
                        true));
    }

    @Test
    void there_is_no_bill_while_no_meter_has_run() throws IOException {
        httpStatus = 404;
        answer = "{\"status\":{\"code\":21200,\"description\":\"Model does not exist\"}}";

        assertThat(api.bill(VERSION)).isEmpty();
    }

    @Test
    void predictions_come_back_image_by_image() throws IOException {
        answer = """
                {"status":{"code":10000},"outputs":[{"data":{"concepts":[{"id":"seven","value":0.75},{"id":"one","value":0.25}]}}]}
                """;

        assertThat(api.predict(VERSION, List.of(IMAGE)))
                .containsExactly(List.of(new Guess("seven", 0.75), new Guess("one", 0.25)));
    }

    @Test
    void an_answer_about_fewer_images_than_asked_is_an_error() {
        answer = "{\"status\":{\"code\":10000},\"outputs\":[]}";

        assertThatThrownBy(() -> api.predict(VERSION, List.of(IMAGE)))
                .hasMessageStartingWith("the server was asked about 1 images and answered [ ]");
    }

    @Test
    void a_version_is_deleted_at_its_path() throws IOException {
        api.delete(VERSION);

        assertThat(asked).isEqualTo("DELETE " + VERSION_PATH + " [Key k] ");
    }

    @Test
    void there_is_no_bill_before_billing_has_said_anything() throws IOException {
        answer = """
                {"status":{"code":10000},"charge":{"job_id":"j","billed_seconds":0,"amount_cents":0,"final":false,"attempts":[]}}
                """;

        assertThat(api.bill(VERSION)).isEmpty();
    }

    @Test
    void a_refusal_is_told_in_the_servers_words() {
        httpStatus = 401;
        answer = "{\"status\":{\"code\":11009,\"description\":\"API key not found\",\"details\":\"k\"}}";

        ApiRefusedException refused = catchThrowableOfType(ApiRefusedException.class, () -> api.createApp("a"));

        assertThat(refused).hasMessage("POST /v2/users/me/apps was refused: API key not found: k (11009)");
        assertThat(List.of(refused.httpStatus(), refused.code())).containsExactly(401, 11009);
    }

    @Test
    void an_answer_that_is_no_json_names_the_call() {
        httpStatus = 502;
        answer = "<html>";

        assertThatThrownBy(() -> api.look(VERSION)).hasMessageEndingWith("was answered with HTTP 502 and no JSON");
    }

    @Test
    void a_server_that_is_not_there_is_said_to() {
        server.stop(0);

        assertThatThrownBy(() -> api.createApp("a"))
                .isInstanceOf(ConnectException.class)
                .hasMessageStartingWith("no DeepTrain answers at http://localhost:");
    }

    private static HttpServer started() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
