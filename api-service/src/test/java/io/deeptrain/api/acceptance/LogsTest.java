package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.credentials.ClarifaiCallCredentials;
import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.contract.ListLogEntriesRequest;
import io.deeptrain.contract.LogEntry;
import io.deeptrain.contract.MultiLogEntryResponse;
import io.deeptrain.contract.UserAppIDSet;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.StoredObject;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a training says. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class LogsTest {
    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private Elsewhere elsewhere;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private Trainings trainings;

    @BeforeEach
    void anAppOfItsOwn() {
        app = OwnApp.fresh(base);
        elsewhere = new Elsewhere(TestServers.kafka());
        trainings = new Trainings(app, elsewhere);
        app.labelledInputs();
        app.create("m", "");
    }

    @AfterEach
    void close() {
        elsewhere.close();
    }

    @Test
    void a_training_tells_its_story_once_and_in_order() {
        String version = app.train("m");
        trainings.begin("m", version);
        String job = app.job("m", version);
        elsewhere.say(
                Trainings.report(job, 1, 0, 10),
                Trainings.report(job, 2, 1, 50),
                Trainings.report(job, 3, 1, 60),
                Trainings.report(job, 4, 2, 100));
        Elsewhere.eventually(() -> messages(version, "").size() == 4);
        // Delivered again, it says nothing new.
        elsewhere.say(new JobStarted(new JobId(job), 3, Instant.now(), Trainings.FIRST, new Origin.Scratch()));
        trainings.succeed("m", version, new StoredObject("jobs/x/model", "b".repeat(64), 5));

        assertThat(messages(version, ""))
                .containsExactly(
                        "Assigned to a worker: attempt 1, from the beginning",
                        "Started: attempt 1, from the beginning",
                        "Epoch 1 of 2: loss 0.7000, test_accuracy 0.5000, 120 images/s",
                        "Epoch 2 of 2: loss 0.7000, test_accuracy 0.5000, 120 images/s",
                        "Succeeded, all epochs: test_accuracy 0.9800");
        assertThat(messages(version, "?page=2&per_page=4"))
                .containsExactly("Succeeded, all epochs: test_accuracy 0.9800");
        Answer page = logs(version, "?page=2&per_page=4");
        assertThat(page.body().path("page").asInt()).isEqualTo(2);
        assertThat(page.body().path("per_page").asInt()).isEqualTo(4);
        assertThat(page.body().at("/log_entries/0/log_type").asText()).isEqualTo("training");

        String url = app.rest()
                .get(app.at("/models/m/versions/" + version))
                .body()
                .at("/model_version/train_log")
                .asText();
        HttpResponse<byte[]> text = app.rest().file(url);
        assertThat(text.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
        assertThat(new String(text.body(), StandardCharsets.UTF_8).lines())
                .hasSize(5)
                .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ .+"));
        String unsigned = url.substring(0, url.indexOf('?'));
        assertThat(app.rest().as("wrong").file(unsigned).statusCode()).isEqualTo(401);
    }

    @Test
    void a_dataset_that_shows_one_concept_far_more_often_is_told_of_in_the_answer_and_in_the_log() {
        for (int n = 0; n < 20; n++) {
            app.input("more-" + n, OwnApp.PNG, "{\"id\":\"cat\"}");
        }
        Answer answer = app.rest().post(app.at("/models/m/versions"), "");
        assertThat(answer.details()).startsWith("Unbalanced: 'cat' has ").contains(", but 'dog' has 1;");
        String version = answer.body().at("/model/model_version/id").asText();
        assertThat(messages(version, "")).containsExactly(answer.details());
    }

    @Test
    void images_of_no_concept_are_told_of_where_each_concept_is_a_yes_or_no() {
        for (int n = 0; n < 20; n++) {
            app.input("none-" + n, OwnApp.PNG, "{\"id\":\"cat\",\"value\":0}");
        }
        assertThat(app.rest().post(app.at("/models/m/versions"), "").details()).doesNotContain("nbalanced");
        app.create("yes-or-no", "\"template\":\"Clarifai_InceptionBatchNorm\",\"num_epochs\":2");
        assertThat(app.rest().post(app.at("/models/yes-or-no/versions"), "").details())
                .matches("Unbalanced: \\d\\d images to learn from show none of the concepts, but 'dog' has 1.*");
    }

    @Test
    void a_cancelled_training_is_read_even_though_its_version_is_gone() {
        String version = app.train("m");
        trainings.begin("m", version);
        JobId job = new JobId(app.job("m", version));
        Thread deleting = Thread.ofVirtual().start(() -> app.rest().delete(app.at("/models/m/versions/" + version)));
        elsewhere.hear(job.value(), 2);
        elsewhere.say(new JobCancelled(job, 4, Instant.now(), Trainings.FIRST, Instant.now(), 4000));
        Elsewhere.eventually(() -> messages(version, "").size() == 3);
        assertThat(messages(version, "").getLast()).isEqualTo("Cancelled");
        Elsewhere.eventually(() -> !deleting.isAlive());
    }

    @Test
    void what_has_no_log_says_so() {
        String untrained = app.versions("m").at("/0/id").asText();
        assertThat(logs(untrained, "").body().path("log_entries")).isEmpty();
        assertThat(logs("none", "").code()).isEqualTo(21200);
        Answer other = app.rest().get(app.at("/models/m/versions/" + untrained + "/builder/logs"));
        assertThat(other.code()).isEqualTo(70000);
        assertThat(other.details()).isEqualTo("log_type is 'builder' but must be training");
    }

    @Test
    void both_doors_tell_the_same() {
        String version = trainings.trained("m");
        ManagedChannel channel = ManagedChannelBuilder.forAddress(base.getHost(), base.getPort())
                .usePlaintext()
                .build();
        try {
            MultiLogEntryResponse answer = ClientCalls.blockingUnaryCall(
                    channel,
                    MethodDescriptor.<ListLogEntriesRequest, MultiLogEntryResponse>newBuilder()
                            .setType(MethodDescriptor.MethodType.UNARY)
                            .setFullMethodName("clarifai.api.V2/ListLogEntries")
                            .setRequestMarshaller(ProtoUtils.marshaller(ListLogEntriesRequest.getDefaultInstance()))
                            .setResponseMarshaller(ProtoUtils.marshaller(MultiLogEntryResponse.getDefaultInstance()))
                            .build(),
                    CallOptions.DEFAULT.withCallCredentials(new ClarifaiCallCredentials(Surroundings.KEY)),
                    ListLogEntriesRequest.newBuilder()
                            .setUserAppId(
                                    UserAppIDSet.newBuilder().setUserId("me").setAppId(app.id()))
                            .setModelId("m")
                            .setModelVersionId(version)
                            .setLogType("training")
                            .build());
            assertThat(answer.getLogEntriesList())
                    .extracting(LogEntry::getMessage)
                    .map(LogsTest::withoutTime)
                    .isEqualTo(messages(version, ""))
                    .hasSize(3);
        } finally {
            channel.shutdownNow();
        }
    }

    private Answer logs(String version, String query) {
        return app.rest().get(app.at("/models/m/versions/" + version + "/training/logs" + query));
    }

    private List<String> messages(String version, String query) {
        return logs(version, query)
                .body()
                .path("log_entries")
                .valueStream()
                .map(entry -> entry.path("message"))
                .map(JsonNode::asText)
                .map(LogsTest::withoutTime)
                .toList();
    }

    private static String withoutTime(String line) {
        return line.substring(line.indexOf(' ') + 1);
    }
}
