package io.deeptrain.api.acceptance;

import static io.deeptrain.api.acceptance.Fixture.ids;
import static io.deeptrain.api.acceptance.Fixture.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.grpc.api.Dataset;
import com.clarifai.grpc.api.DatasetInput;
import com.clarifai.grpc.api.GetDatasetVersionRequest;
import com.clarifai.grpc.api.Input;
import com.clarifai.grpc.api.PostDatasetInputsRequest;
import com.clarifai.grpc.api.PostDatasetVersionsRequest;
import com.clarifai.grpc.api.PostDatasetsRequest;
import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
@SuppressWarnings("NullAway.Init") // Set before each test.
class DatasetsTest {
    @TestHTTPResource
    URI base;

    private Fixture app;

    @BeforeEach
    void anAppWithThreeInputs() {
        app = Fixture.in(base);
        app.inputs(
                "{'id':'i','data':{'concepts':[{'id':'cat'}]}}",
                "{'id':'j','data':{'concepts':[{'id':'dog'}]}}",
                "{'id':'k','data':{'concepts':[{'id':'cat'},{'id':'dog'}]}}");
    }

    @Test
    void datasets_are_created_found_changed_and_deleted() {
        Answer created = app.post(
                "/datasets",
                "{'datasets':[{'id':'pets','description':'Cats and dogs','metadata':{'a':1}},{'id':'birds','notes':'n','visibility':{'gettable':50}}]}");
        assertThat(ids(created.body().path("datasets"))).containsExactly("pets", "birds");
        assertThat(app.post("/datasets", "{'datasets':[{'id':'pets'}]}").code()).isEqualTo(40010);
        assertThat(app.post("/datasets", "{}").details()).isEqualTo("datasets holds 0 entries but must hold 1 to 128");

        Answer patched =
                app.patch("/datasets", "{'action':'merge','datasets':[{'id':'pets','notes':'x','metadata':{'b':2}}]}");
        assertThat(patched.body().at("/datasets/0/metadata").toString()).isEqualTo("{\"a\":1.0,\"b\":2.0}");
        assertThat(app.get("/datasets/pets").body().at("/dataset/description").asText())
                .isEqualTo("Cats and dogs");
        assertThat(app.get("/datasets/birds")
                        .body()
                        .at("/dataset/visibility/gettable")
                        .asInt())
                .isEqualTo(50);
        app.patch("/datasets", "{'action':'remove','datasets':[{'id':'pets','description':'x'}]}");
        assertThat(app.get("/datasets/pets").body().at("/dataset").has("description"))
                .isFalse();
        assertThat(app.patch("/datasets", "{'action':'merge','datasets':[{'id':'none'}]}")
                        .code())
                .isEqualTo(11101);

        assertThat(listed("")).containsExactly("pets", "birds");
        assertThat(listed("?sort_ascending=true&sort_by_created_at=true&per_page=1&page=2"))
                .containsExactly("birds");
        assertThat(listed("?search=IRD")).containsExactly("birds");

        app.delete("/datasets", "{'dataset_ids':[]}");
        app.keyed().delete("/v2/datasets", Fixture.json("{'dataset_ids':['pets']}"));
        assertThat(listed("")).containsExactly("birds");
        assertThat(app.get("/datasets/pets").code()).isEqualTo(11101);
        assertThat(app.get("/inputs").body().path("inputs")).hasSize(3);
    }

    private List<String> listed(String query) {
        return ids(app.get("/datasets" + query).body().path("datasets"));
    }

    @Test
    void inputs_come_into_datasets_and_leave_them() {
        app.post("/datasets", "{'datasets':[{'id':'d'},{'id':'e'}]}");
        Answer added = app.post(
                "/datasets/d/inputs",
                "{'dataset_inputs':[{'input':{'id':'k'}},{'input':{'id':'none'}},{'input':{'id':'i'}}]}");
        assertThat(added.code()).isEqualTo(10010);
        assertThat(added.body().at("/dataset_inputs/1/input/status/code").asInt())
                .isEqualTo(30102);
        assertThat(members("d")).containsExactly("k", "i");
        assertThat(app.post("/datasets/d/inputs", "{'dataset_inputs':[{'input':{'id':'i'}}]}")
                        .code())
                .isEqualTo(10000);

        app.patch("/inputs", "{'action':'merge','inputs':[{'id':'i','dataset_ids':['e']}]}");
        assertThat(app.get("/inputs/i").body().at("/input/dataset_ids").toString())
                .isEqualTo("[\"d\",\"e\"]");
        app.patch("/inputs", "{'action':'overwrite','inputs':[{'id':'i','dataset_ids':['e']}]}");
        assertThat(members("d")).containsExactly("k");
        app.patch("/inputs", "{'action':'remove','inputs':[{'id':'i','dataset_ids':['e']}]}");
        assertThat(members("e")).isEmpty();

        app.inputs("{'id':'l','dataset_ids':['e','d']}");
        assertThat(members("d")).containsExactly("k", "l");
        app.delete("/datasets/d/inputs", "{'input_ids':['k','none']}");
        assertThat(members("d")).containsExactly("l");
        app.delete("/inputs", "{'ids':['l']}");
        assertThat(members("d")).isEmpty();
        assertThat(app.inputs("{'id':'m','dataset_ids':['none']}")
                        .body()
                        .at("/inputs/0/status/details")
                        .asText())
                .isEqualTo("dataset_ids is 'none' but must name a dataset of this app");
    }

    private List<String> members(String dataset) {
        return texts(
                app.get("/datasets/" + dataset + "/inputs").body().path("dataset_inputs"),
                member -> member.at("/input/id").asText());
    }

    @Test
    void a_version_is_frozen_counted_and_has_the_hash_of_its_content() {
        app.post("/datasets", "{'datasets':[{'id':'d'}]}");
        add("k", "i");
        JsonNode version = freeze("'metadata':{'a':1},'description':'first'");
        assertThat(version.at("/status/code").asInt()).isEqualTo(64015);
        assertThat(version.at("/metrics").get("/").toString())
                .isEqualTo("{\"inputs_count\":\"2\",\"unlabeled_inputs_count\":\"0\","
                        + "\"inputs_with_metadata_count\":\"0\",\"regions_count\":\"0\",\"bounding_boxes_count\":\"0\","
                        + "\"positive_input_tags_count\":\"3\",\"positive_region_tags_count\":\"0\","
                        + "\"region_inputs_count\":\"0\"}");
        String hash = version.at("/metadata/content_sha256").asText();
        assertThat(hash).matches("[0-9a-f]{64}");
        assertThat(freeze("").at("/metadata/content_sha256").asText()).isEqualTo(hash);

        app.patch("/inputs", "{'action':'merge','inputs':[{'id':'i','data':{'concepts':[{'id':'dog'}]}}]}");
        assertThat(freeze("").at("/metadata/content_sha256").asText()).isNotEqualTo(hash);

        String id = version.path("id").asText();
        assertThat(app.get("/datasets/d/versions/" + id).body().path("dataset_version"))
                .isEqualTo(version);
        assertThat(ids(app.get("/datasets/d/versions").body().path("dataset_versions")))
                .hasSize(3)
                .startsWith(id);
        app.delete("/datasets/d/versions", "{'dataset_version_ids':['%s']}".formatted(id));
        assertThat(app.get("/datasets/d/versions/" + id).code()).isEqualTo(11101);
        assertThat(app.post("/datasets/none/versions", "{}").code()).isEqualTo(11101);
        assertThat(app.post("/datasets/d/versions", "{'dataset_versions':[{},{}]}")
                        .details())
                .isEqualTo("dataset_versions holds 2 versions but must hold at most one");
    }

    private void add(String... inputs) {
        for (String input : inputs) {
            app.post("/datasets/d/inputs", "{'dataset_inputs':[{'input':{'id':'%s'}}]}".formatted(input));
        }
    }

    private JsonNode freeze(String fields) {
        return app.post("/datasets/d/versions", "{'dataset_versions':[{%s}]}".formatted(fields))
                .body()
                .at("/dataset_versions/0");
    }

    @Test
    void a_training_uses_the_dataset_that_it_names_and_a_version_stays_as_it_was() {
        app.post("/datasets", "{'datasets':[{'id':'d'},{'id':'empty'}]}");
        add("i", "j");
        String version = freeze("").path("id").asText();
        add("k");
        assertThat(app.post(
                                "/models",
                                "{'model':{'id':'m','model_type_id':'visual-classifier','train_info':{'params':{'num_epochs':2}},"
                                        + "'output_info':{'data':{'concepts':[{'id':'cat'},{'id':'dog'}]}}}}")
                        .code())
                .isEqualTo(10000);
        app.inputs("{'id':'x','data':{'concepts':[{'id':'cat'}]}}");

        try (Elsewhere elsewhere = new Elsewhere(TestServers.kafka())) {
            assertThat(trained(elsewhere, "")).isEqualTo(4);
            assertThat(trained(elsewhere, "'dataset':{'id':'d'}")).isEqualTo(3);
            assertThat(trained(elsewhere, "'params':{'dataset_id':'d'}")).isEqualTo(3);
            app.delete("/inputs", "{'ids':['j']}");
            assertThat(trained(elsewhere, "'dataset':{'id':'d','version':{'id':'%s'}}".formatted(version)))
                    .isEqualTo(2);
            assertThat(trained(elsewhere, "'params':{'dataset_version_id':'%s'}".formatted(version)))
                    .isEqualTo(2);
        }
        assertThat(refused("'dataset':{'id':'none'}"))
                .isEqualTo("21118 train_info.dataset.id is 'none' but must be a dataset of this app");
        assertThat(refused("'params':{'dataset_id':'d','dataset_version_id':'none'}"))
                .isEqualTo("21118 train_info.dataset.version.id is 'none' but must be a version of dataset 'd'");
        assertThat(refused("'dataset':{'id':'empty'}"))
                .isEqualTo(
                        "21110 train_info.dataset.id is 'empty' but must be a dataset that holds inputs, and this one holds"
                                + " none");
    }

    private String refused(String trainInfo) {
        Answer answer = train("versions", trainInfo);
        return answer.code() + " " + answer.details();
    }

    private Answer train(String call, String trainInfo) {
        return app.post("/models/m/" + call, "{'model_versions':[{'train_info':{%s}}]}".formatted(trainInfo));
    }

    /** How many inputs the training has, which is how many its estimate is about. */
    private long trained(Elsewhere elsewhere, String trainInfo) {
        String estimated = train("versions/time_estimate", trainInfo).details();
        Answer posted = train("versions", trainInfo);
        assertThat(posted.code()).as(posted.details()).isEqualTo(10000);
        String version = posted.body().at("/model/model_version/id").asText();
        String job = app.get("/models/m/versions/" + version + "/job")
                .body()
                .at("/job/id")
                .asText();
        TrainingRequested asked = (TrainingRequested) elsewhere.hear(job, 1).getFirst();
        long count = asked.spec().inputCount();
        assertThat(app.post(
                                "/models/m/versions/time_estimate",
                                "{'estimated_input_count':%d,'model_versions':[{}]}".formatted(count))
                        .details())
                .isEqualTo(estimated);
        return count;
    }

    @Test
    void the_published_grpc_client_freezes_a_dataset() {
        app.overGrpc((stub, whose) -> {
            stub.postDatasets(PostDatasetsRequest.newBuilder()
                    .setUserAppId(whose)
                    .addDatasets(Dataset.newBuilder().setId("g"))
                    .build());
            stub.postDatasetInputs(PostDatasetInputsRequest.newBuilder()
                    .setUserAppId(whose)
                    .setDatasetId("g")
                    .addDatasetInputs(DatasetInput.newBuilder()
                            .setInput(Input.newBuilder().setId("i")))
                    .build());
            String id = stub.postDatasetVersions(PostDatasetVersionsRequest.newBuilder()
                            .setUserAppId(whose)
                            .setDatasetId("g")
                            .build())
                    .getDatasetVersions(0)
                    .getId();
            var version = stub.getDatasetVersion(GetDatasetVersionRequest.newBuilder()
                            .setUserAppId(whose)
                            .setDatasetId("g")
                            .setDatasetVersionId(id)
                            .build())
                    .getDatasetVersion();
            assertThat(version.getStatus().getCodeValue()).isEqualTo(64015);
            assertThat(version.getMetricsOrThrow("/").getInputsCount().getValue())
                    .isEqualTo(1);
        });
    }
}
