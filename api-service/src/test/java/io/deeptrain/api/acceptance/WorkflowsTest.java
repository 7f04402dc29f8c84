package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.credentials.ClarifaiCallCredentials;
import com.clarifai.grpc.api.Data;
import com.clarifai.grpc.api.Image;
import com.clarifai.grpc.api.Input;
import com.clarifai.grpc.api.Model;
import com.clarifai.grpc.api.PostWorkflowResultsRequest;
import com.clarifai.grpc.api.PostWorkflowResultsResponse;
import com.clarifai.grpc.api.PostWorkflowsRequest;
import com.clarifai.grpc.api.UserAppIDSet;
import com.clarifai.grpc.api.V2Grpc;
import com.clarifai.grpc.api.Workflow;
import com.clarifai.grpc.api.WorkflowNode;
import com.clarifai.grpc.api.status.StatusCode;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Models that feed each other. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class WorkflowsTest {
    private static final String PICTURE =
            "{\"inputs\":[{\"data\":{\"image\":{\"base64\":\"%s\"}}}]}".formatted(OwnApp.PNG);

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private Elsewhere elsewhere;

    @BeforeEach
    void anAppOfItsOwn() {
        app = OwnApp.fresh(base);
        elsewhere = new Elsewhere(TestServers.kafka());
        app.labelledInputs();
        app.create("m", "");
        app.rest().post(app.at("/models"), "{\"model\":{\"id\":\"embedder\",\"model_type_id\":\"visual-embedder\"}}");
    }

    @AfterEach
    void close() {
        elsewhere.close();
    }

    @Test
    void a_workflow_of_a_trained_model_tells_what_it_sees() {
        String version = new Trainings(app, elsewhere).trained("m");
        Answer made = post("w", """
                {"id":"concepts","model":{"id":"m","model_version":{"id":"%s"}}}""".formatted(version));
        assertThat(made.code()).isEqualTo(10000);
        assertThat(made.body().at("/workflows/0/id").asText()).isEqualTo("w");
        Answer result = app.rest().post(app.at("/workflows/w/results"), PICTURE);
        assertThat(result.code()).isEqualTo(10000);
        JsonNode output = result.body().at("/results/0/outputs/0");
        assertThat(output.at("/status/code").asInt()).isEqualTo(10000);
        assertThat(output.at("/model/model_version/id").asText()).isEqualTo(version);
        assertThat(output.at("/data/concepts/0/id").asText()).isEqualTo("cat");
        JsonNode limited = app.rest()
                .post(
                        app.at("/workflows/w/versions/"
                                + made.body().at("/workflows/0/version/id").asText() + "/results"),
                        "{\"inputs\":[{\"id\":\"a\"}],\"output_config\":{\"max_concepts\":1}}")
                .body();
        assertThat(limited.at("/results/0/outputs/0/data/concepts")).hasSize(1);
        assertThat(app.rest()
                        .post(app.at("/workflows/w/versions/other/results"), PICTURE)
                        .code())
                .isEqualTo(22102);
    }

    @Test
    void a_workflow_runs_as_it_was_in_each_of_its_versions() {
        Trainings trainings = new Trainings(app, elsewhere);
        String older = trainings.trained("m");
        String newer = trainings.trained("m");
        String node = "{\"id\":\"concepts\",\"model\":{\"id\":\"m\",\"model_version\":{\"id\":\"%s\"}}}";
        post("w", node.formatted(older));
        String first = revision();
        assertThat(patch("overwrite", node.formatted(newer)).code()).isEqualTo(10000);
        String second = revision();
        app.rest().patch(app.at("/workflows"), "{\"workflows\":[{\"id\":\"w\",\"notes\":\"n\"}],\"action\":\"merge\"}");
        assertThat(revision()).isEqualTo(second);

        String versions = app.at("/workflows/w/versions");
        assertThat(ids(app.rest().get(versions).body().path("workflow_versions")))
                .containsExactly(first, second);
        assertThat(ids(app.rest().get(versions + "?page=2&per_page=1").body().path("workflow_versions")))
                .containsExactly(second);
        JsonNode got = app.rest().get(versions + "/" + first).body().path("workflow_version");
        assertThat(got.at("/nodes/0/model/model_version/id").asText()).isEqualTo(older);
        assertThat(got.path("workflow_id").asText()).isEqualTo("w");
        assertThat(ranBy("/workflows/w/versions/" + first)).isEqualTo(older);
        assertThat(ranBy("/workflows/w/versions/" + second)).isEqualTo(newer);
        assertThat(ranBy("/workflows/w")).isEqualTo(newer);

        assertThat(app.rest().delete(versions, "{\"workflow_version_ids\":[]}").code())
                .isEqualTo(10000);
        Answer current =
                app.rest().delete(versions, "{\"workflow_version_ids\":[\"%s\",\"%s\"]}".formatted(first, second));
        assertThat(current.details()).contains("workflow 'w' has that version now");
        assertThat(ids(app.rest().get(versions).body().path("workflow_versions")))
                .hasSize(2);
        assertThat(app.rest()
                        .delete(versions, "{\"workflow_version_ids\":[\"%s\"]}".formatted(first))
                        .code())
                .isEqualTo(10000);
        assertThat(app.rest().get(versions + "/" + first).code()).isEqualTo(22102);
        assertThat(app.rest().post(versions + "/" + first + "/results", PICTURE).code())
                .isEqualTo(22102);
        assertThat(app.rest().get(app.at("/workflows/none/versions")).code()).isEqualTo(22102);
    }

    @Test
    void of_many_versions_the_newest_hundred_are_kept() {
        for (int i = 0; i <= 100; i++) {
            String node = "{\"id\":\"n%d\",\"model\":{\"id\":\"m\"}}".formatted(i);
            assertThat((i == 0 ? post("w", node) : patch("overwrite", node)).code())
                    .isEqualTo(10000);
        }
        JsonNode kept = app.rest()
                .get(app.at("/workflows/w/versions?per_page=1000"))
                .body()
                .path("workflow_versions");
        assertThat(kept).hasSize(100);
        assertThat(kept.at("/0/nodes/0/id").asText()).isEqualTo("n1");
        assertThat(kept.at("/99/nodes/0/id").asText()).isEqualTo("n100");
    }

    /** The version of the model that answers for the only node. */
    private String ranBy(String workflow) {
        return app.rest()
                .post(app.at(workflow + "/results"), PICTURE)
                .body()
                .at("/results/0/outputs/0/model/model_version/id")
                .asText();
    }

    @Test
    void what_cannot_run_yet_says_so_in_its_output_and_the_rest_runs() {
        new Trainings(app, elsewhere).trained("m");
        post("w", """
                {"id":"embed","model":{"id":"embedder"}},
                {"id":"after","model":{"id":"m"},"input":{"node_id":"embed","output":"embed"}},
                {"id":"alone","model":{"id":"m"}}""");
        Answer result = app.rest().post(app.at("/workflows/w/results"), PICTURE);
        assertThat(result.httpStatus()).isEqualTo(207);
        assertThat(result.code()).isEqualTo(10010);
        JsonNode outputs = result.body().at("/results/0/outputs");
        assertThat(outputs.at("/0/status/code").asInt()).isEqualTo(22002);
        assertThat(outputs.at("/0/status/details").asText())
                .isEqualTo("Model 'embedder' of type visual-embedder has no trained version");
        assertThat(outputs.at("/1/status/code").asInt()).isEqualTo(22001);
        assertThat(outputs.at("/1/status/details").asText())
                .isEqualTo("Node 'embed', whose output goes into node 'after', has none");
        assertThat(outputs.at("/2/data/concepts/0/id").asText()).isEqualTo("cat");

        Answer nothing = app.rest().post(app.at("/workflows/w/results"), "{\"inputs\":[{\"id\":\"none\"}]}");
        assertThat(nothing.httpStatus()).isEqualTo(400);
        assertThat(nothing.body().at("/results/0/outputs/2/status/code").asInt())
                .isEqualTo(30104);
        assertThat(app.rest().post(app.at("/workflows/w/results"), "{}").code()).isEqualTo(40001);
        assertThat(app.rest().post(app.at("/workflows/none/results"), PICTURE).code())
                .isEqualTo(22102);
    }

    @Test
    void a_workflow_that_could_never_run_is_refused_with_everything_that_is_wrong() {
        Answer broken = post("w", """
                {"id":"a","model":{"id":"m"},"node_inputs":[{"node_id":"nowhere"}]},
                {"id":"a","model":{"id":"other","app_id":"main","user_id":"clarifai"}},
                {"id":"b","model":{"id":"m","model_version":{"id":"none"}}},
                {"id":"c","model":{"id":"unknown"}}""");
        assertThat(broken.code()).isEqualTo(22107);
        assertThat(broken.details().lines())
                .contains(
                        "workflows.nodes[0].node_inputs.node_id is 'nowhere' but must be the id of another node",
                        "workflows.nodes[1].id is 'a' but must be an id that no other node has",
                        "workflows.nodes[1].model.user_id is 'clarifai' but must be left out, or the owner of this app",
                        "workflows.nodes[1].model.app_id is 'main' but must be left out, or this app",
                        "workflows.nodes[2].model.model_version.id is 'none' but must be left out, or a version of"
                                + " this model",
                        "workflows.nodes[3].model.id is 'unknown' but must be the id of a model of this app");
        Answer cycle = post("w", """
                {"id":"a","model":{"id":"m"},"node_inputs":[{"node_id":"b"}]},
                {"id":"b","model":{"id":"m"},"node_inputs":[{"node_id":"a"}]}""");
        assertThat(cycle.code()).isEqualTo(22107);
        assertThat(cycle.details()).contains("'a', 'b' but must be free of cycles");
        assertThat(post("w", "{\"id\":\"c\",\"model\":{\"id\":\"unknown\"}}").code())
                .isEqualTo(22104);
        assertThat(app.rest().get(app.at("/workflows")).body().path("workflows"))
                .isEmpty();
        post("w", "{\"id\":\"a\",\"model\":{\"id\":\"m\"}}");
        assertThat(post("w", "{\"id\":\"a\",\"model\":{\"id\":\"m\"}}").code()).isEqualTo(40010);
        assertThat(app.rest().post(app.at("/workflows"), "{}").details())
                .isEqualTo("workflows holds 0 workflows but must hold 1 to 32");
    }

    @Test
    void nodes_are_merged_removed_and_overwritten() {
        post("w", "{\"id\":\"a\",\"model\":{\"id\":\"m\"}}");
        String first = revision();
        patch("merge", "{\"id\":\"b\",\"model\":{\"id\":\"m\"},\"node_inputs\":[{\"node_id\":\"a\"}]}");
        assertThat(nodes()).containsExactly("a", "b");
        assertThat(revision()).isNotEqualTo(first);
        Answer dangling = patch("remove", "{\"id\":\"a\"}");
        assertThat(dangling.code()).isEqualTo(22107);
        assertThat(nodes()).containsExactly("a", "b");
        patch("remove", "{\"id\":\"b\"}");
        assertThat(nodes()).containsExactly("a");
        patch("overwrite", "{\"id\":\"c\",\"model\":{\"id\":\"embedder\"}}");
        assertThat(nodes()).containsExactly("c");
        String last = revision();
        app.rest().patch(app.at("/workflows"), "{\"workflows\":[{\"id\":\"w\",\"description\":\"d\"}]}");
        assertThat(revision()).isEqualTo(last);
        assertThat(app.rest()
                        .patch(app.at("/workflows"), "{\"workflows\":[{\"id\":\"none\"}]}")
                        .code())
                .isEqualTo(22102);
    }

    @Test
    void workflows_are_listed_and_deleted() {
        for (String id : new String[] {"one", "two", "three"}) {
            post(id, "{\"id\":\"a\",\"model\":{\"id\":\"m\"}}");
        }
        assertThat(listed("")).containsExactly("one", "two", "three");
        assertThat(listed("?page=2&per_page=2")).containsExactly("three");
        assertThat(listed("?search=t")).containsExactly("two", "three");
        assertThat(app.rest().delete(app.at("/workflows/one")).code()).isEqualTo(10000);
        assertThat(app.rest().delete(app.at("/workflows/one")).code()).isEqualTo(22102);
        assertThat(app.rest().delete(app.at("/workflows?ids=two&ids=none")).code())
                .isEqualTo(10000);
        assertThat(listed("")).containsExactly("three");
        app.rest().delete(app.at("/workflows"));
        assertThat(listed("")).containsExactly("three");
        app.rest().delete(app.at("/workflows?delete_all=true"));
        assertThat(listed("")).isEmpty();
    }

    @Test
    void the_documented_base_workflow_call_makes_a_workflow_and_the_apps_default() {
        String body = """
                {"workflows":[{"id":"General","nodes":[
                  {"id":"embed","model":{"id":"embedder"}},
                  {"id":"my-custom-model","model":{"id":"m"},"input":{"node_id":"embed","output":"embed"}}]}],
                 "action":"merge","reindex":true}""";
        for (int i = 0; i < 2; i++) {
            Answer made = app.rest().patch(app.at("/base-workflows"), body);
            assertThat(made.code()).isEqualTo(10000);
            assertThat(made.body().at("/workflows/0/id").asText()).isEqualTo("General");
            assertThat(made.body()
                            .at("/workflows/0/nodes/1/node_inputs/0/node_id")
                            .asText())
                    .isEqualTo("embed");
        }
        assertThat(app.rest()
                        .get(app.at(""))
                        .body()
                        .at("/app/default_workflow_id")
                        .asText())
                .isEqualTo("General");
        assertThat(listed("")).containsExactly("General");
        assertThat(app.rest().patch(app.at("/base-workflows"), "{}").code()).isEqualTo(22104);
        assertThat(app.rest().as("wrong").patch(app.at("/base-workflows"), body).httpStatus())
                .isEqualTo(401);
        assertThat(app.rest().patch(app.at("/base-workflows"), "[]").code()).isEqualTo(11100);
    }

    @Test
    void the_published_grpc_client_makes_and_runs_a_workflow() {
        new Trainings(app, elsewhere).trained("m");
        ManagedChannel channel = ManagedChannelBuilder.forAddress(base.getHost(), base.getPort())
                .usePlaintext()
                .build();
        try {
            V2Grpc.V2BlockingStub stub = V2Grpc.newBlockingStub(channel)
                    .withCallCredentials(new ClarifaiCallCredentials(Surroundings.KEY))
                    .withDeadlineAfter(30, TimeUnit.SECONDS);
            UserAppIDSet whose =
                    UserAppIDSet.newBuilder().setUserId("me").setAppId(app.id()).build();
            assertThat(stub.postWorkflows(PostWorkflowsRequest.newBuilder()
                                    .setUserAppId(whose)
                                    .addWorkflows(Workflow.newBuilder()
                                            .setId("w")
                                            .addNodes(WorkflowNode.newBuilder()
                                                    .setId("n")
                                                    .setModel(Model.newBuilder().setId("m"))))
                                    .build())
                            .getStatus()
                            .getCode())
                    .isEqualTo(StatusCode.SUCCESS);
            PostWorkflowResultsResponse result = stub.postWorkflowResults(PostWorkflowResultsRequest.newBuilder()
                    .setUserAppId(whose)
                    .setWorkflowId("w")
                    .addInputs(Input.newBuilder()
                            .setData(Data.newBuilder()
                                    .setImage(Image.newBuilder()
                                            .setBase64(ByteString.copyFrom(
                                                    Base64.getDecoder().decode(OwnApp.PNG))))))
                    .build());
            assertThat(result.getResults(0)
                            .getOutputs(0)
                            .getData()
                            .getConcepts(0)
                            .getId())
                    .isEqualTo("cat");
        } finally {
            channel.shutdownNow();
        }
    }

    private Answer post(String id, String nodes) {
        return app.rest()
                .post(app.at("/workflows"), "{\"workflows\":[{\"id\":\"%s\",\"nodes\":[%s]}]}".formatted(id, nodes));
    }

    private Answer patch(String action, String nodes) {
        return app.rest()
                .patch(
                        app.at("/workflows"),
                        "{\"workflows\":[{\"id\":\"w\",\"nodes\":[%s]}],\"action\":\"%s\"}".formatted(nodes, action));
    }

    private List<String> nodes() {
        return ids(app.rest().get(app.at("/workflows/w")).body().at("/workflow/nodes"));
    }

    private String revision() {
        return app.rest()
                .get(app.at("/workflows/w"))
                .body()
                .at("/workflow/version/id")
                .asText();
    }

    private List<String> listed(String query) {
        return ids(app.rest().get(app.at("/workflows" + query)).body().path("workflows"));
    }

    private static List<String> ids(JsonNode list) {
        return list.valueStream().map(thing -> thing.path("id").asText()).toList();
    }
}
