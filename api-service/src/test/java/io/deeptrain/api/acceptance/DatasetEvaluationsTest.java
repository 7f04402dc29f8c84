package io.deeptrain.api.acceptance;

import static io.deeptrain.api.acceptance.Fixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.credentials.ClarifaiCallCredentials;
import com.clarifai.grpc.api.Dataset;
import com.clarifai.grpc.api.EvalMetrics;
import com.clarifai.grpc.api.Model;
import com.clarifai.grpc.api.ModelVersion;
import com.clarifai.grpc.api.PostEvaluationsRequest;
import com.clarifai.grpc.api.UserAppIDSet;
import com.clarifai.grpc.api.V2Grpc;
import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.event.StoredObject;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How good a version is on a dataset that its tenant names. The worker of these tests sees cats everywhere. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class DatasetEvaluationsTest {
    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private Elsewhere elsewhere;

    @SuppressWarnings("NullAway.Init") // Trained before each test.
    private String version;

    @BeforeEach
    void aTrainedModelAndADataset() {
        app = OwnApp.fresh(base);
        elsewhere = new Elsewhere(TestServers.kafka());
        app.labelledInputs();
        app.create("m", "");
        version = new Trainings(app, elsewhere).trained("m");
        app.rest().post(app.at("/datasets"), json("{'datasets':[{'id':'d'},{'id':'empty'}]}"));
        app.rest()
                .post(
                        app.at("/datasets/d/inputs"),
                        json("{'dataset_inputs':[{'input':{'id':'a'}},{'input':{'id':'b'}}]}"));
    }

    @AfterEach
    void close() {
        elsewhere.close();
    }

    @Test
    void it_is_measured_as_it_was_when_it_was_asked_for() {
        Answer asked = ask("m", version, "'ground_truth_dataset':{'id':'d'}");
        assertThat(asked.code()).isEqualTo(10000);
        assertThat(asked.body().at("/eval_metrics/0/status/code").asInt()).isEqualTo(21303);
        String id = asked.body().at("/eval_metrics/0/id").asText();
        JsonNode metrics = made(id);

        assertThat(metrics.at("/ground_truth_dataset/id").asText()).isEqualTo("d");
        assertThat(metrics.at("/model/model_version/id").asText()).isEqualTo(version);
        // Of a cat and a dog both are taken for cats.
        assertThat(metrics.at("/summary/macro_avg_recall").floatValue()).isEqualTo(0.5f);
        assertThat(metrics.at("/summary/macro_avg_precision").floatValue()).isEqualTo(0.25f);
        assertThat(metrics.at("/confusion_matrix/matrix").valueStream())
                .extracting(entry -> entry.path("value").asDouble())
                .containsExactly(1.0, 0.0, 1.0, 0.0);
        assertThat(metrics.path("test_set")).hasSize(2);
        assertThat(metrics.at("/test_set/1/input/id").asText()).isEqualTo("b");
        assertThat(metrics.at("/status").has("details")).isFalse();
        JsonNode confused = app.rest()
                .get(app.at("/evaluations/" + id + "/findings"))
                .body()
                .at("/findings/confusion/1");
        assertThat(confused.path("actual").asText()).isEqualTo("dog");
        assertThat(confused.path("predicted").asText()).isEqualTo("cat");
        assertThat(confused.path("input_ids").toString()).isEqualTo("[\"b\"]");
    }

    @Test
    void it_stands_beside_that_of_the_training_and_goes_with_the_version() {
        String onDataset = id(ask("m", version, "'ground_truth_dataset':{'id':'d'}"));
        made(onDataset);
        JsonNode listed =
                app.rest().get(app.at("/evaluations?eval_dataset_ids=d")).body().path("eval_metrics");
        assertThat(listed.findValuesAsText("id")).contains(onDataset);
        assertThat(app.rest()
                        .get(app.at("/evaluations?eval_dataset_ids=empty"))
                        .body()
                        .has("eval_metrics"))
                .isFalse();
        assertThat(id(ask("m", version, "'eval_info':{'params':{'dataset_id':'d'}}")))
                .isNotEqualTo(onDataset);
        app.rest().delete(app.at("/models/m/versions/" + version));
        assertThat(app.rest().get(app.at("/evaluations/" + onDataset)).code()).isEqualTo(11101);
    }

    @Test
    void images_that_cannot_be_read_do_not_count() {
        String halfBlind =
                new Trainings(app, elsewhere).trained("m", new StoredObject("jobs/x/half-blind", "b".repeat(64), 5));
        JsonNode metrics = made(id(ask("m", halfBlind, "'ground_truth_dataset':{'id':'d'}")));
        assertThat(metrics.at("/status/details").asText()).isEqualTo("1 of 2 images cannot be read and do not count");
        assertThat(metrics.path("test_set")).hasSize(1);

        app.rest().delete(app.at("/datasets/d/inputs"), json("{'input_ids':['b']}"));
        String id = id(ask("m", halfBlind, "'ground_truth_dataset':{'id':'d'}"));
        Elsewhere.eventually(() -> status(id) == 21317);
        assertThat(app.rest()
                        .get(app.at("/evaluations/" + id))
                        .body()
                        .at("/eval_metrics/status/details")
                        .asText())
                .isEqualTo("None of the 1 images can be read");
    }

    @Test
    void a_model_that_no_worker_loads_does_not_keep_the_others_waiting() {
        String unloadable =
                new Trainings(app, elsewhere).trained("m", new StoredObject("jobs/x/unloadable", "c".repeat(64), 5));
        String stuck = id(ask("m", unloadable, "'ground_truth_dataset':{'id':'d'}"));
        made(id(ask("m", version, "'ground_truth_dataset':{'id':'d'}")));
        assertThat(status(stuck)).isIn(21301, 21303);
        assertThat(app.rest().get(app.at("/evaluations/" + stuck + "/findings")).details())
                .isEqualTo("Evaluation '%s' is not made yet; ask again later".formatted(stuck));
        app.rest().delete(app.at("/models/m/versions/" + unloadable));
    }

    @Test
    void what_cannot_be_measured_is_refused_with_the_field() {
        assertThat(ask("m", version, "'ground_truth_dataset':{'id':'none'}").details())
                .isEqualTo("eval_metrics[0].ground_truth_dataset.id is 'none' but must be a dataset of this app");
        assertThat(ask("m", version, "'ground_truth_dataset':{'id':'empty'}").details())
                .startsWith(
                        "eval_metrics[0].ground_truth_dataset.id is 'empty' but must be a dataset that holds inputs");
        assertThat(ask("m", version, "'eval_info':{'params':{'dataset_version_id':'none'}}")
                        .details())
                .startsWith("eval_metrics[0].eval_info.params.dataset_id is 'none' but must be a version of");
        app.rest().post(app.at("/models"), json("""
                {'model':{'id':'finder','model_type_id':'visual-detector',
                 'output_info':{'data':{'concepts':[{'id':'cat'}]}}}}"""));
        app.rest().post(app.at("/inputs"), json("""
                {'inputs':[{'id':'r','data':{'image':{'base64':'%s'},'regions':[{'region_info':{'bounding_box':
                 {'top_row':0,'left_col':0,'bottom_row':1,'right_col':1}},'data':{'concepts':[{'id':'cat'}]}}]}}]}""".formatted(OwnApp.PNG)));
        String finder = new Trainings(app, elsewhere).trained("finder");
        assertThat(ask("finder", finder, "'ground_truth_dataset':{'id':'d'}").details())
                .isEqualTo("eval_metrics[0].ground_truth_dataset.id is 'd' but must be left out: a visual-detector is"
                        + " evaluated on the images that its training kept back");
    }

    @Test
    void the_published_grpc_client_asks_for_it() {
        ManagedChannel channel = ManagedChannelBuilder.forAddress(base.getHost(), base.getPort())
                .usePlaintext()
                .build();
        try {
            EvalMetrics metrics = V2Grpc.newBlockingStub(channel)
                    .withCallCredentials(new ClarifaiCallCredentials(Surroundings.KEY))
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .postEvaluations(PostEvaluationsRequest.newBuilder()
                            .setUserAppId(
                                    UserAppIDSet.newBuilder().setUserId("me").setAppId(app.id()))
                            .addEvalMetrics(EvalMetrics.newBuilder()
                                    .setModel(Model.newBuilder()
                                            .setId("m")
                                            .setModelVersion(
                                                    ModelVersion.newBuilder().setId(version)))
                                    .setGroundTruthDataset(Dataset.newBuilder().setId("d")))
                            .build())
                    .getEvalMetrics(0);
            assertThat(metrics.getStatus().getCodeValue()).isEqualTo(21303);
            assertThat(made(metrics.getId()).at("/summary/macro_avg_recall").floatValue())
                    .isEqualTo(0.5f);
        } finally {
            channel.shutdownNow();
        }
    }

    private Answer ask(String model, String versionId, String on) {
        return app.rest()
                .post(
                        app.at("/evaluations"),
                        json("{'eval_metrics':[{'model':{'id':'%s','model_version':{'id':'%s'}},%s}]}"
                                .formatted(model, versionId, on)));
    }

    private static String id(Answer asked) {
        assertThat(asked.details()).isEmpty();
        return asked.body().at("/eval_metrics/0/id").asText();
    }

    private int status(String id) {
        return app.rest()
                .get(app.at("/evaluations/" + id))
                .body()
                .at("/eval_metrics/status/code")
                .asInt();
    }

    /** The evaluation, whole, once it is there. */
    private JsonNode made(String id) {
        Elsewhere.eventually(() -> status(id) == 21300);
        return app.rest()
                .get(app.at("/evaluations/" + id + "?fields.confusion_matrix=true&fields.test_set=true"))
                .body()
                .path("eval_metrics");
    }
}
