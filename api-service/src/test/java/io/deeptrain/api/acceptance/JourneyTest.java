package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.credentials.ClarifaiCallCredentials;
import com.clarifai.grpc.api.DeleteModelVersionRequest;
import com.clarifai.grpc.api.GetModelVersionRequest;
import com.clarifai.grpc.api.ListModelTypesRequest;
import com.clarifai.grpc.api.MultiModelTypeResponse;
import com.clarifai.grpc.api.PostInputsRequest;
import com.clarifai.grpc.api.UserAppIDSet;
import com.clarifai.grpc.api.V2Grpc;
import com.clarifai.grpc.api.status.StatusCode;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.OperatingSystemMXBean;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.ChargeEvent.Line;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.Completion;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.Rate;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.WorkerId;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class JourneyTest {
    private static final FencingToken FIRST = new FencingToken(1);
    private static final WorkerId WORKER = new WorkerId("test");
    private static final StoredObject MODEL = new StoredObject("jobs/x/model", "b".repeat(64), 5);
    private static final String PNG = png();

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    private String app = "";
    private Rest rest = new Rest(URI.create("http://unset"), "");

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private Elsewhere elsewhere;

    @BeforeEach
    void anAppOfItsOwn() {
        app = "app-" + UUID.randomUUID();
        rest = new Rest(base, Surroundings.KEY);
        elsewhere = new Elsewhere(TestServers.kafka());
        assertThat(rest.post("/v2/users/me/apps", "{\"apps\":[{\"id\":\"%s\"}]}".formatted(app))
                        .code())
                .isEqualTo(10000);
    }

    @AfterEach
    void close() {
        elsewhere.close();
    }

    @Test
    void a_training_is_requested_shown_sealed_charged_and_used() {
        labelledInputs();
        create("m", "");
        Answer posted = rest.post(at("/models/m/versions"), "");
        assertThat(posted.body().at("/model/model_version/status/code").asInt()).isEqualTo(21103);
        String version = posted.body().at("/model/model_version/id").asText();
        String job = job("m", version);
        RequestEvent request = elsewhere.hear(job, 1).getFirst();
        assertThat(request).isInstanceOfSatisfying(TrainingRequested.class, asked -> {
            assertThat(asked.spec().concepts()).containsExactly("cat", "dog");
            assertThat(asked.spec().inputCount()).isEqualTo(3);
            assertThat(asked.spec().hyperparameters())
                    .containsEntry("num_epochs", 2L)
                    .containsEntry("batch_size", 64L);
        });

        elsewhere.say(
                new JobAssigned(new JobId(job), 2, Instant.now(), FIRST, WORKER, new Origin.Scratch()),
                new JobStarted(new JobId(job), 3, Instant.now(), FIRST, new Origin.Scratch()));
        until("m", version, 21101);
        elsewhere.say(report(job, 50));
        Elsewhere.eventually(
                () -> statusOf("m", version).path("percent_completed").asInt() == 47);
        assertThat(rest.get(at("/models/m/versions/" + version + "/progress"))
                        .body()
                        .at("/progress/epoch")
                        .asInt())
                .isEqualTo(1);

        elsewhere.say(new JobFinishing(new JobId(job), 4, Instant.now(), FIRST, 8000));
        assertThat(elsewhere.hear(job, 2).get(1)).isInstanceOf(JobSealed.class);
        elsewhere.say(
                new JobSucceeded(
                        new JobId(job),
                        5,
                        Instant.now(),
                        FIRST,
                        MODEL,
                        Map.of("test_accuracy", 0.98),
                        Completion.ALL_EPOCHS,
                        8000),
                charge(job, 8));
        until("m", version, 21100);
        assertThat(statusOf("m", version).path("percent_completed").asInt()).isEqualTo(100);
        Elsewhere.eventually(() -> rest.get(at("/models/m/versions/" + version + "/charge"))
                .body()
                .at("/charge/final")
                .asBoolean());
        JsonNode charge =
                rest.get(at("/models/m/versions/" + version + "/charge")).body().path("charge");
        assertThat(charge.path("billed_seconds").asLong()).isEqualTo(8);
        assertThat(charge.at("/attempts/0/reading_millis").asLong()).isEqualTo(8000);
        assertThat(rest.get(at("/usage")).body().at("/usage/billed_seconds").asLong())
                .isEqualTo(8);

        Answer predicted = rest.post(
                at("/models/m/outputs"), "{\"inputs\":[{\"data\":{\"image\":{\"base64\":\"%s\"}}}]}".formatted(PNG));
        assertThat(predicted.code()).isEqualTo(10000);
        assertThat(predicted.body().at("/outputs/0/data/concepts/0/id").asText())
                .isEqualTo("cat");
        assertThat(predicted.body().at("/outputs/0/data/concepts/1/id").asText())
                .isEqualTo("dog");

        Answer deleted = rest.delete(at("/models/m/versions/" + version));
        assertThat(deleted.details()).isEqualTo("{\"billed_seconds\":8,\"amount_cents\":0,\"final\":true}");
        assertThat(rest.get(at("/models/m/versions/" + version)).code()).isEqualTo(21200);
        assertThat(elsewhere.hear(job, 2)).hasSize(2);
    }

    @Test
    void a_cancel_that_was_committed_before_the_end_is_told_and_never_sealed() {
        labelledInputs();
        create("m", "");
        String version = train("m");
        String job = job("m", version);
        elsewhere.say(new JobAssigned(new JobId(job), 2, Instant.now(), FIRST, WORKER, new Origin.Scratch()));
        until("m", version, 21101);
        Thread deleting = Thread.ofVirtual().start(() -> rest.delete(at("/models/m/versions/" + version)));
        assertThat(elsewhere.hear(job, 2).get(1)).isInstanceOf(TrainingCancelled.class);
        elsewhere.say(new JobFinishing(new JobId(job), 3, Instant.now(), FIRST, 8000), charge(job, 2));
        Elsewhere.eventually(() -> !deleting.isAlive());
        Answer charge = rest.get(at("/models/m/versions/" + version + "/charge"));
        assertThat(charge.body().at("/charge/final").asBoolean()).isTrue();
        assertThat(rest.get(at("/models/m/versions/" + version)).code()).isEqualTo(21200);
        assertThat(elsewhere.hear(job, 2)).hasSize(2);
    }

    @Test
    void a_training_that_is_asked_for_twice_under_one_key_is_trained_once() {
        labelledInputs();
        create("m", "");
        String[] header = {"Idempotency-Key", UUID.randomUUID().toString()};
        Answer first = rest.post(at("/models/m/versions"), "{}", header);
        Answer again = rest.post(at("/models/m/versions"), "{}", header);
        assertThat(again.body().at("/model/model_version/id"))
                .isEqualTo(first.body().at("/model/model_version/id"));
        Answer other = rest.post(at("/models/m/versions"), "{\"description\":\"other\"}", header);
        assertThat(other.httpStatus()).isEqualTo(422);
        assertThat(versions("m")).hasSize(2);
    }

    @Test
    void both_documented_calls_are_answered_in_the_right_shape() {
        for (String[] call : new String[][] {
            {"visual-classifier", "classification_cifar10_v1"}, {"visual-detector", "Clarifai-InceptionV2"}
        }) {
            Answer answer = rest.post(at("/models"), """
                    {"model":{"id":"doc-%s","model_type_id":"%s",
                     "train_info":{"params":{"template":"%s","num_epochs":2}},
                     "output_info":{"data":{"concepts":[{"id":"ferrari23"},{"id":"outdoors23"}]},
                                    "output_config":{"closed_environment":true}}}}
                    """.formatted(call[0], call[0], call[1]));
            assertThat(answer.httpStatus()).isEqualTo(200);
            assertThat(answer.body().at("/model/model_type_id").asText()).isEqualTo(call[0]);
            assertThat(answer.body().at("/model/train_info/params/num_epochs").asInt())
                    .isEqualTo(2);
            assertThat(answer.body().at("/model/model_version/status/code").asInt())
                    .isEqualTo(21102);
        }
        Answer detector = rest.post(at("/models/doc-visual-detector/versions"), "");
        assertThat(detector.code()).isEqualTo(21118);
        assertThat(detector.details()).contains("train_info.params.template", "classification_cifar10_v1");
    }

    @Test
    void bad_input_is_refused_with_field_value_and_range_and_nothing_stays_behind() {
        Answer unknown = rest.post(at("/models"), model("a", "\"template\":\"nonsense\""));
        assertThat(unknown.code()).isEqualTo(21118);
        assertThat(unknown.details()).contains("train_info.params.template is nonsense", "classification_cifar10_v1");

        Answer outOfRange =
                rest.post(at("/models"), model("a", "\"num_epochs\":500,\"batch_size\":0,\"image_size\":33"));
        assertThat(outOfRange.httpStatus()).isEqualTo(400);
        assertThat(outOfRange.details())
                .contains(
                        "train_info.params.num_epochs is 500.0 but must be a whole number from 1 to 200; the nearest is 200")
                .contains("train_info.params.batch_size is 0.0")
                .contains("train_info.params.image_size is 33.0");
        assertThat(rest.get(at("/models")).body().path("models")).isEmpty();

        create("m", "");
        assertThat(rest.post(at("/models/m/versions"), "").code()).isEqualTo(21110);
        assertThat(rest.post(at("/models"), "{\"model\":{\"id\":\"empty\"}}").code())
                .isEqualTo(10000);
        assertThat(rest.post(at("/models/empty/versions"), "").code()).isEqualTo(21110);
        input("one", PNG, "{\"id\":\"cat\"}");
        Answer positives = rest.post(at("/models/m/versions"), "");
        assertThat(positives.code()).isEqualTo(21111);
        assertThat(positives.details()).contains("'dog'");
        assertThat(versions("m")).hasSize(1);

        Answer damaged =
                input("bad", Base64.getEncoder().encodeToString("no image".getBytes(StandardCharsets.UTF_8)), "");
        assertThat(damaged.httpStatus()).isEqualTo(400);
        assertThat(damaged.body().at("/inputs/0/status/code").asInt()).isEqualTo(30104);
        assertThat(input("one", PNG, "").body().at("/inputs/0/status/code").asInt())
                .isEqualTo(30100);
        assertThat(rest.post(at("/inputs"), "{\"inputs\":[{\"data\":{\"image\":{\"url\":\"http://127.0.0.1:1/x\"}}}]}")
                        .body()
                        .at("/inputs/0/status/details")
                        .asText())
                .contains("public internet");
        assertThat(rest.get(at("/inputs/status")).body().at("/counts/processed").asInt())
                .isEqualTo(1);
    }

    @Test
    void what_belongs_to_somebody_else_answers_as_what_does_not_exist() {
        String other = "app-" + UUID.randomUUID();
        rest.post("/v2/users/me/apps", "{\"apps\":[{\"id\":\"%s\"}]}".formatted(other));
        Answer made = rest.post(
                "/v2/users/me/keys", "{\"keys\":[{\"scopes\":[\"All\"],\"apps\":[{\"id\":\"%s\"}]}]}".formatted(app));
        Rest keyed = rest.as(made.body().at("/keys/0/id").asText());
        create("m", "");
        assertThat(keyed.get("/v2/models/m").code()).isEqualTo(10000);

        Answer foreign = keyed.get("/v2/users/me/apps/" + other + "/models/m");
        Answer unknown = keyed.get("/v2/users/me/apps/nowhere/models/m");
        Answer foreignUser = keyed.get("/v2/users/somebody/apps/" + other + "/models/m");
        for (Answer answer : List.of(foreign, unknown, foreignUser)) {
            assertThat(answer.httpStatus()).isEqualTo(404);
            assertThat(answer.code()).isEqualTo(11101);
        }
        assertThat(foreign.details().replace(other, "nowhere")).isEqualTo(unknown.details());
        assertThat(foreignUser.details()).isEqualTo(foreign.details());

        assertThat(rest.as("wrong").get(at("/models")).httpStatus()).isEqualTo(401);
        assertThat(rest.as("wrong").get(at("/models")).code()).isEqualTo(11009);
        assertThat(keyed.get("/v2/users/me/apps").code()).isEqualTo(11007);
    }

    @Test
    void a_body_of_two_gigabytes_is_refused_before_it_is_read() throws IOException {
        long before = committedMemory();
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("""
                    POST /v2/users/me/apps/%s/inputs HTTP/1.1\r
                    Host: localhost\r
                    Authorization: Key %s\r
                    Content-Type: application/json\r
                    Content-Length: 2147483648\r
                    \r
                    """.formatted(app, Surroundings.KEY).getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            byte[] answer = socket.getInputStream().readNBytes(400);
            String text = new String(answer, StandardCharsets.UTF_8);
            assertThat(text).startsWith("HTTP/1.1 413").contains("\"code\":40033");
        }
        assertThat(committedMemory() - before).isLessThan(1L << 30);
        assertThat(rest.get(at("/inputs/status")).body().at("/counts/processed").asInt())
                .isZero();
    }

    @Test
    void the_published_grpc_client_gets_the_same_answers_on_the_same_port() {
        create("m", "");
        ManagedChannel channel = ManagedChannelBuilder.forAddress(base.getHost(), base.getPort())
                .usePlaintext()
                .build();
        try {
            V2Grpc.V2BlockingStub stub = V2Grpc.newBlockingStub(channel)
                    .withCallCredentials(new ClarifaiCallCredentials(Surroundings.KEY))
                    .withDeadlineAfter(30, TimeUnit.SECONDS);
            UserAppIDSet whose =
                    UserAppIDSet.newBuilder().setUserId("me").setAppId(app).build();
            MultiModelTypeResponse types = stub.listModelTypes(
                    ListModelTypesRequest.newBuilder().setUserAppId(whose).build());
            assertThat(types.getStatus().getCode()).isEqualTo(StatusCode.SUCCESS);
            assertThat(types.getModelTypesCount())
                    .isEqualTo(rest.get(at("/models/types"))
                            .body()
                            .path("model_types")
                            .size());
            var missing = stub.getModelVersion(GetModelVersionRequest.newBuilder()
                    .setUserAppId(whose)
                    .setModelId("m")
                    .setVersionId("none")
                    .build());
            Answer same = rest.get(at("/models/m/versions/none"));
            assertThat(missing.getStatus().getCodeValue()).isEqualTo(same.code());
            assertThat(missing.getStatus().getDetails()).isEqualTo(same.details());
            assertThat(stub.deleteModelVersion(DeleteModelVersionRequest.newBuilder()
                                    .setUserAppId(whose)
                                    .setModelId("m")
                                    .setVersionId("none")
                                    .build())
                            .getStatus()
                            .getCodeValue())
                    .isEqualTo(21200);
            assertThat(stub.postInputs(PostInputsRequest.newBuilder()
                                    .setUserAppId(whose)
                                    .build())
                            .getStatus()
                            .getCodeValue())
                    .isEqualTo(rest.post(at("/inputs"), "{}").code());
        } finally {
            channel.shutdownNow();
        }
    }

    private String at(String path) {
        return "/v2/users/me/apps/" + app + path;
    }

    private void labelledInputs() {
        input("a", PNG, "{\"id\":\"cat\"},{\"id\":\"dog\",\"value\":0}");
        input("b", PNG, "{\"id\":\"dog\",\"value\":true}");
        input("c", PNG, "{\"id\":\"cat\"}");
    }

    private Answer input(String id, String base64, String concepts) {
        return rest.post(
                at("/inputs"),
                "{\"inputs\":[{\"id\":\"%s\",\"data\":{\"image\":{\"base64\":\"%s\"},\"concepts\":[%s]}}]}"
                        .formatted(id, base64, concepts));
    }

    private void create(String id, String params) {
        assertThat(rest.post(at("/models"), model(id, params.isEmpty() ? "\"num_epochs\":2" : params))
                        .code())
                .isEqualTo(10000);
    }

    private static String model(String id, String params) {
        return """
                {"model":{"id":"%s","model_type_id":"visual-classifier","train_info":{"params":{%s}},
                 "output_info":{"data":{"concepts":[{"id":"cat"},{"id":"dog"}]}}}}
                """.formatted(id, params);
    }

    private String train(String model) {
        return rest.post(at("/models/" + model + "/versions"), "")
                .body()
                .at("/model/model_version/id")
                .asText();
    }

    private String job(String model, String version) {
        return rest.get(at("/models/%s/versions/%s/job".formatted(model, version)))
                .body()
                .at("/job/id")
                .asText();
    }

    private JsonNode versions(String model) {
        return rest.get(at("/models/" + model + "/versions")).body().path("model_versions");
    }

    private JsonNode statusOf(String model, String version) {
        return rest.get(at("/models/%s/versions/%s".formatted(model, version)))
                .body()
                .at("/model_version/status");
    }

    private void until(String model, String version, int code) {
        Elsewhere.eventually(() -> statusOf(model, version).path("code").asInt() == code);
    }

    private static ProgressReported report(String job, long step) {
        return new ProgressReported(
                new JobId(job),
                FIRST,
                WORKER,
                1,
                new Progress(Phase.TRAINING, 1, 2, step, 100, 0.7, Map.of("test_accuracy", 0.5), 120),
                4000);
    }

    private ChargePosted charge(String job, long seconds) {
        Line line = new Line(FIRST, seconds * 1000, seconds * 1000, 0, FreeReason.NOTHING_FREE);
        return new ChargePosted(
                new JobId(job),
                new Tenant("me", app),
                1,
                new Statement(new Rate(400, "USD"), 1, seconds, 400 * seconds / 3600, List.of(line)),
                Instant.now());
    }

    private static long committedMemory() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getCommittedVirtualMemorySize();
    }

    private static String png() {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageIO.write(new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB), "png", bytes);
            return Base64.getEncoder().encodeToString(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
