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
import io.deeptrain.event.Completion;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Topic;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class JourneyTest {
    /** Unless {@code DEEPTRAIN_KAFKA_PARTITIONS} says otherwise. */
    private static final int PARTITIONS = 8;

    private static final StoredObject MODEL = new StoredObject("jobs/x/model", "b".repeat(64), 5);

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private Rest rest;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private Elsewhere elsewhere;

    @BeforeEach
    void anAppOfItsOwn() {
        app = OwnApp.fresh(base);
        rest = app.rest();
        elsewhere = new Elsewhere(TestServers.kafka());
    }

    @AfterEach
    void close() {
        elsewhere.close();
    }

    @Test
    void the_topics_are_made_as_they_are_described_though_the_broker_would_make_any() {
        try (AssignedConsumer consumer = AssignedConsumer.open(
                TestServers.kafka(), List.of(Topic.JOBS, Topic.ATTEMPTS, Topic.CHARGES), Map.of(), Beginning.NEWEST)) {
            assertThat(consumer.partitions()).hasSize(3 * PARTITIONS);
        }
    }

    @Test
    void a_training_is_requested_shown_sealed_charged_and_used() {
        app.labelledInputs();
        app.create("m", "");
        Answer posted = rest.post(app.at("/models/m/versions"), "");
        assertThat(posted.body().at("/model/model_version/status/code").asInt()).isEqualTo(21103);
        String version = posted.body().at("/model/model_version/id").asText();
        String job = app.job("m", version);
        RequestEvent request = elsewhere.hear(job, 1).getFirst();
        assertThat(request).isInstanceOfSatisfying(TrainingRequested.class, asked -> {
            assertThat(asked.spec().concepts()).containsExactly("cat", "dog");
            assertThat(asked.spec().inputCount()).isEqualTo(3);
            assertThat(asked.spec().hyperparameters())
                    .containsEntry("num_epochs", 2L)
                    .containsEntry("batch_size", 64L);
        });

        elsewhere.say(
                new JobAssigned(
                        new JobId(job), 2, Instant.now(), Elsewhere.FIRST, Elsewhere.WORKER, new Origin.Scratch()),
                new JobStarted(new JobId(job), 3, Instant.now(), Elsewhere.FIRST, new Origin.Scratch()));
        app.until("m", version, 21101);
        elsewhere.say(Elsewhere.report(job, 50));
        Elsewhere.eventually(
                () -> app.statusOf("m", version).path("percent_completed").asInt() == 47);
        assertThat(rest.get(app.at("/models/m/versions/" + version + "/progress"))
                        .body()
                        .at("/progress/epoch")
                        .asInt())
                .isEqualTo(1);

        elsewhere.say(new JobFinishing(new JobId(job), 4, Instant.now(), Elsewhere.FIRST, 8000));
        assertThat(elsewhere.hear(job, 2).get(1)).isInstanceOf(JobSealed.class);
        elsewhere.say(
                new JobSucceeded(
                        new JobId(job),
                        5,
                        Instant.now(),
                        Elsewhere.FIRST,
                        MODEL,
                        Map.of("test_accuracy", 0.98),
                        Completion.ALL_EPOCHS,
                        8000),
                Elsewhere.charge(app.id(), job, 8));
        app.until("m", version, 21100);
        assertThat(app.statusOf("m", version).path("percent_completed").asInt()).isEqualTo(100);
        Elsewhere.eventually(() -> rest.get(app.at("/models/m/versions/" + version + "/charge"))
                .body()
                .at("/charge/final")
                .asBoolean());
        JsonNode charge = rest.get(app.at("/models/m/versions/" + version + "/charge"))
                .body()
                .path("charge");
        assertThat(charge.path("billed_seconds").asLong()).isEqualTo(8);
        assertThat(charge.at("/attempts/0/reading_millis").asLong()).isEqualTo(8000);
        assertThat(rest.get(app.at("/usage")).body().at("/usage/billed_seconds").asLong())
                .isEqualTo(8);

        Answer predicted = rest.post(
                app.at("/models/m/outputs"),
                "{\"inputs\":[{\"data\":{\"image\":{\"base64\":\"%s\"}}}]}".formatted(OwnApp.PNG));
        assertThat(predicted.code()).isEqualTo(10000);
        assertThat(predicted.body().at("/outputs/0/data/concepts/0/id").asText())
                .isEqualTo("cat");
        assertThat(predicted.body().at("/outputs/0/data/concepts/1/id").asText())
                .isEqualTo("dog");

        Answer deleted = rest.delete(app.at("/models/m/versions/" + version));
        assertThat(deleted.details()).isEqualTo("{\"billed_seconds\":8,\"amount_cents\":0,\"final\":true}");
        assertThat(rest.get(app.at("/models/m/versions/" + version)).code()).isEqualTo(21200);
        assertThat(elsewhere.hear(job, 2)).hasSize(2);
    }

    @Test
    void a_cancel_that_was_committed_before_the_end_is_told_and_never_sealed() {
        app.labelledInputs();
        app.create("m", "");
        String version = app.train("m");
        String job = app.job("m", version);
        elsewhere.say(new JobAssigned(
                new JobId(job), 2, Instant.now(), Elsewhere.FIRST, Elsewhere.WORKER, new Origin.Scratch()));
        app.until("m", version, 21101);
        Thread deleting = Thread.ofVirtual().start(() -> rest.delete(app.at("/models/m/versions/" + version)));
        assertThat(elsewhere.hear(job, 2).get(1)).isInstanceOf(TrainingCancelled.class);
        elsewhere.say(
                new JobFinishing(new JobId(job), 3, Instant.now(), Elsewhere.FIRST, 8000),
                Elsewhere.charge(app.id(), job, 2));
        Elsewhere.eventually(() -> !deleting.isAlive());
        Answer charge = rest.get(app.at("/models/m/versions/" + version + "/charge"));
        assertThat(charge.body().at("/charge/final").asBoolean()).isTrue();
        assertThat(rest.get(app.at("/models/m/versions/" + version)).code()).isEqualTo(21200);
        assertThat(elsewhere.hear(job, 2)).hasSize(2);
    }

    @Test
    void a_training_that_is_asked_for_twice_under_one_key_is_trained_once() {
        app.labelledInputs();
        app.create("m", "");
        String[] header = {"Idempotency-Key", UUID.randomUUID().toString()};
        Answer first = rest.post(app.at("/models/m/versions"), "{}", header);
        Answer again = rest.post(app.at("/models/m/versions"), "{}", header);
        assertThat(again.body().at("/model/model_version/id"))
                .isEqualTo(first.body().at("/model/model_version/id"));
        Answer other = rest.post(app.at("/models/m/versions"), "{\"description\":\"other\"}", header);
        assertThat(other.httpStatus()).isEqualTo(422);
        assertThat(app.versions("m")).hasSize(2);
    }

    @Test
    void both_documented_calls_are_answered_in_the_right_shape() {
        for (String[] call : new String[][] {
            {"visual-classifier", "classification_cifar10_v1"}, {"visual-detector", "Clarifai-InceptionV2"}
        }) {
            Answer answer = rest.post(app.at("/models"), """
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
    }

    @Test
    void a_template_that_no_worker_trains_is_refused_with_those_that_are_trained() {
        assertThat(rest.post(app.at("/models"), """
                        {"model":{"id":"later","model_type_id":"visual-detector",
                         "train_info":{"params":{"template":"MMDetection-SSD"}},
                         "output_info":{"data":{"concepts":[{"id":"ferrari23"}]}}}}
                        """).httpStatus()).isEqualTo(200);
        Answer refused = rest.post(app.at("/models/later/versions"), "");
        assertThat(refused.code()).isEqualTo(21118);
        assertThat(refused.details()).contains("train_info.params.template", "Clarifai_InceptionV2");
    }

    @Test
    void bad_input_is_refused_with_field_value_and_range_and_nothing_stays_behind() {
        Answer unknown = rest.post(app.at("/models"), OwnApp.model("a", "\"template\":\"nonsense\""));
        assertThat(unknown.code()).isEqualTo(21118);
        assertThat(unknown.details()).contains("train_info.params.template is nonsense", "classification_cifar10_v1");

        Answer outOfRange = rest.post(
                app.at("/models"), OwnApp.model("a", "\"num_epochs\":500,\"batch_size\":0,\"image_size\":33"));
        assertThat(outOfRange.httpStatus()).isEqualTo(400);
        assertThat(outOfRange.details())
                .contains(
                        "train_info.params.num_epochs is 500 but must be a whole number from 1 to 200; the nearest is 200")
                .contains("train_info.params.batch_size is 0 ")
                .contains("train_info.params.image_size is 33 ");
        assertThat(rest.get(app.at("/models")).body().path("models")).isEmpty();

        app.create("m", "");
        assertThat(rest.post(app.at("/models/m/versions"), "").code()).isEqualTo(21110);
        assertThat(rest.post(app.at("/models"), "{\"model\":{\"id\":\"empty\"}}")
                        .code())
                .isEqualTo(10000);
        assertThat(rest.post(app.at("/models/empty/versions"), "").code()).isEqualTo(21110);
        app.input("one", OwnApp.PNG, "{\"id\":\"cat\"}");
        Answer positives = rest.post(app.at("/models/m/versions"), "");
        assertThat(positives.code()).isEqualTo(21111);
        assertThat(positives.details()).contains("'dog'");
        assertThat(app.versions("m")).hasSize(1);

        Answer damaged =
                app.input("bad", Base64.getEncoder().encodeToString("no image".getBytes(StandardCharsets.UTF_8)), "");
        assertThat(damaged.httpStatus()).isEqualTo(400);
        assertThat(damaged.body().at("/inputs/0/status/code").asInt()).isEqualTo(30104);
        assertThat(app.input("one", OwnApp.PNG, "")
                        .body()
                        .at("/inputs/0/status/code")
                        .asInt())
                .isEqualTo(30100);
        assertThat(rest.post(
                                app.at("/inputs"),
                                "{\"inputs\":[{\"data\":{\"image\":{\"url\":\"http://127.0.0.1:1/x\"}}}]}")
                        .body()
                        .at("/inputs/0/status/details")
                        .asText())
                .contains("public internet");
        assertThat(rest.get(app.at("/inputs/status"))
                        .body()
                        .at("/counts/processed")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void what_belongs_to_somebody_else_answers_as_what_does_not_exist() {
        String other = "app-" + UUID.randomUUID();
        rest.post("/v2/users/me/apps", "{\"apps\":[{\"id\":\"%s\"}]}".formatted(other));
        Answer made = rest.post(
                "/v2/users/me/keys",
                "{\"keys\":[{\"scopes\":[\"All\"],\"apps\":[{\"id\":\"%s\"}]}]}".formatted(app.id()));
        Rest keyed = rest.as(made.body().at("/keys/0/id").asText());
        app.create("m", "");
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

        assertThat(rest.as("wrong").get(app.at("/models")).httpStatus()).isEqualTo(401);
        assertThat(rest.as("wrong").get(app.at("/models")).code()).isEqualTo(11009);
        assertThat(keyed.get("/v2/users/me/apps").code()).isEqualTo(11007);
    }

    @Test
    void a_body_of_two_gigabytes_is_refused_before_it_is_read() throws IOException {
        long before = committedMemory();
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("""
                    POST /v2/users/me/apps/%s/inputs HTTP/1.1\r
                    Host: localhost\r
                    Authorization: Key %s\r
                    Content-Type: application/json\r
                    Content-Length: 2147483648\r
                    \r
                    """.formatted(app.id(), Surroundings.KEY).getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            byte[] answer = socket.getInputStream().readNBytes(400);
            String text = new String(answer, StandardCharsets.UTF_8);
            assertThat(text).startsWith("HTTP/1.1 413").contains("\"code\":40033");
        }
        assertThat(committedMemory() - before).isLessThan(1L << 30);
        assertThat(rest.get(app.at("/inputs/status"))
                        .body()
                        .at("/counts/processed")
                        .asInt())
                .isZero();
    }

    @Test
    void the_published_grpc_client_gets_the_same_answers_on_the_same_port() {
        app.create("m", "");
        ManagedChannel channel = ManagedChannelBuilder.forAddress(base.getHost(), base.getPort())
                .usePlaintext()
                .build();
        try {
            V2Grpc.V2BlockingStub stub = V2Grpc.newBlockingStub(channel)
                    .withCallCredentials(new ClarifaiCallCredentials(Surroundings.KEY))
                    .withDeadlineAfter(30, TimeUnit.SECONDS);
            UserAppIDSet whose =
                    UserAppIDSet.newBuilder().setUserId("me").setAppId(app.id()).build();
            MultiModelTypeResponse types = stub.listModelTypes(
                    ListModelTypesRequest.newBuilder().setUserAppId(whose).build());
            assertThat(types.getStatus().getCode()).isEqualTo(StatusCode.SUCCESS);
            assertThat(types.getModelTypesCount())
                    .isEqualTo(rest.get(app.at("/models/types"))
                            .body()
                            .path("model_types")
                            .size());
            var missing = stub.getModelVersion(GetModelVersionRequest.newBuilder()
                    .setUserAppId(whose)
                    .setModelId("m")
                    .setVersionId("none")
                    .build());
            Answer same = rest.get(app.at("/models/m/versions/none"));
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
                    .isEqualTo(rest.post(app.at("/inputs"), "{}").code());
        } finally {
            channel.shutdownNow();
        }
    }

    private static long committedMemory() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getCommittedVirtualMemorySize();
    }
}
