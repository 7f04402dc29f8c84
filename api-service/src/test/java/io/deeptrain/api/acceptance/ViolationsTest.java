package io.deeptrain.api.acceptance;

import static io.deeptrain.api.acceptance.Fixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.grpc.api.Concept;
import com.clarifai.grpc.api.Data;
import com.clarifai.grpc.api.ModelVersion;
import com.clarifai.grpc.api.OutputConfig;
import com.clarifai.grpc.api.OutputInfo;
import com.clarifai.grpc.api.PostModelVersionsRequest;
import com.clarifai.grpc.api.TrainInfo;
import com.clarifai.grpc.api.status.Status;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All that is wrong with a request to train is said at once, wherever in the request it is. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class ViolationsTest {
    /** Of which each part has something wrong with it. */
    private static final String ALL_WRONG = """
            {"model_versions":[{"train_info":{"params":{
                "batch_size":129,"num_epochs":0,"invalid_data_tolerance_percent":101,"max_cost_cents":-1,"nonsense":"x",
                "dataset_id":"none"}},
              "output_info":{"data":{"concepts":[{"id":"cat"},{"id":"unseen"},{"id":""}]},
                "output_config":{"max_concepts":10001,"min_value":1.5,"sample_ms":99}}}]}
            """;

    private static final List<String> FIELDS = List.of(
            "output_info.data.concepts[2].id",
            "output_info.output_config.max_concepts",
            "output_info.output_config.min_value",
            "output_info.output_config.sample_ms",
            "train_info.params.batch_size",
            "train_info.params.invalid_data_tolerance_percent",
            "train_info.params.max_cost_cents",
            "train_info.params.nonsense",
            "train_info.params.num_epochs",
            "train_info.dataset.id");

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private Fixture app;

    @BeforeEach
    void aModelAndALabelledInput() {
        app = Fixture.in(base);
        app.inputs("{'id':'i','data':{'concepts':[{'id':'cat'}]}}");
        model("m", "visual-classifier");
        model("transfer", "embedding-classifier");
    }

    private void model(String id, String type) {
        assertThat(app.post(
                                "/models",
                                "{'model':{'id':'%s','model_type_id':'%s','output_info':{'data':{'concepts':[{'id':'cat'}]}}}}"
                                        .formatted(id, type))
                        .code())
                .isEqualTo(10000);
    }

    @Test
    void over_rest_a_line_each() {
        Answer refused = app.rest().post(app.at("/models/m/versions"), ALL_WRONG);

        assertThat(refused.code()).isEqualTo(21118);
        assertThat(refused.details().lines().map(ViolationsTest::field)).containsExactlyElementsOf(FIELDS);
        assertThat(refused.details().lines()).allMatch(line -> line.contains(" but must be "));
        assertThat(app.get("/models/m/versions").body().path("model_versions")).hasSize(1);
    }

    @Test
    void as_problem_details_with_field_value_and_what_is_legal() {
        Answer refused = app.rest().post(app.at("/models/m/versions"), ALL_WRONG, "Accept", "application/problem+json");

        JsonNode errors = refused.body().path("errors");
        assertThat(Fixture.texts(errors, error -> error.path("field").asText())).isEqualTo(FIELDS);
        JsonNode batch = errors.get(4);
        assertThat(batch.path("value").asText()).isEqualTo("129");
        assertThat(batch.path("legal").asText()).isEqualTo("a whole number from 1 to 128");
        assertThat(batch.path("nearest").asInt()).isEqualTo(128);
        assertThat(batch.path("detail").asText())
                .isEqualTo("train_info.params.batch_size is 129 but must be a whole number from 1 to 128; the nearest"
                        + " is 128");
        assertThat(errors.get(9).path("legal").asText()).isEqualTo("a dataset of this app");
    }

    @Test
    void over_grpc_the_same_lines() {
        app.overGrpc((stub, whose) -> {
            Status refused = stub.postModelVersions(PostModelVersionsRequest.newBuilder()
                            .setUserAppId(whose)
                            .setModelId("m")
                            .addModelVersions(ModelVersion.newBuilder()
                                    .setTrainInfo(TrainInfo.newBuilder()
                                            .setParams(Struct.newBuilder()
                                                    .putFields("batch_size", number(129))
                                                    .putFields("num_epochs", number(0))
                                                    .putFields("invalid_data_tolerance_percent", number(101))
                                                    .putFields("max_cost_cents", number(-1))
                                                    .putFields("nonsense", text("x"))
                                                    .putFields("dataset_id", text("none"))))
                                    .setOutputInfo(OutputInfo.newBuilder()
                                            .setData(Data.newBuilder()
                                                    .addConcepts(concept("cat"))
                                                    .addConcepts(concept("unseen"))
                                                    .addConcepts(concept("")))
                                            .setOutputConfig(OutputConfig.newBuilder()
                                                    .setMaxConcepts(10_001)
                                                    .setMinValue(1.5F)
                                                    .setSampleMs(99))))
                            .build())
                    .getStatus();
            Answer rest = app.rest().post(app.at("/models/m/versions"), ALL_WRONG);
            assertThat(refused.getCodeValue()).isEqualTo(rest.code());
            assertThat(refused.getDetails()).isEqualTo(rest.details());
        });
    }

    @Test
    void labels_that_are_missing_beside_parameters_and_the_base_of_a_transfer() {
        String concepts = "'output_info':{'data':{'concepts':[{'id':'cat'},{'id':'unseen'}]}}";
        Answer unseen = app.post(
                "/models/m/versions",
                "{'model_versions':[{'train_info':{'params':{'batch_size':0}},%s}]}".formatted(concepts));
        assertThat(unseen.code()).isEqualTo(21118);
        assertThat(unseen.details().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("train_info.params.batch_size is 0 "),
                        line -> assertThat(line)
                                .isEqualTo("output_info.data.concepts is 'unseen' but must be concepts with examples:"
                                        + " label at least one input with each of these"));

        Answer transfer = app.post(
                "/models/transfer/versions",
                "{'model_versions':[{'train_info':{'params':{'embed_model':'none','enrich_dataset':'Maybe'}},%s}]}"
                        .formatted(concepts));
        assertThat(transfer.details().lines().map(ViolationsTest::field))
                .containsExactly(
                        "train_info.params.enrich_dataset",
                        "output_info.data.concepts",
                        "train_info.params.embed_model");
    }

    @Test
    void of_a_model_that_is_made() {
        Answer refused = app.rest()
                .post(
                        app.at("/models"),
                        json("{'model':{'id':'%s','model_type_id':'visual-classifier',".formatted("x".repeat(129))
                                + "'train_info':{'params':{'template':'oracle','num_epochs':0}},"
                                + "'output_info':{'data':{'concepts':[{'id':'cat'},{'id':''}]}}}}"),
                        "Accept",
                        "application/problem+json");
        assertThat(Fixture.texts(
                        refused.body().path("errors"),
                        error -> error.path("field").asText()))
                .containsExactly(
                        "output_info.data.concepts[1].id",
                        "train_info.params.template",
                        "train_info.params.num_epochs",
                        "model.id");
        assertThat(refused.body().path("clarifai_code").asInt()).isEqualTo(21118);
    }

    @Test
    void what_is_wrong_in_one_way_only_has_the_code_of_that() {
        assertThat(app.post("/models/m/versions", "{'model_versions':[{'train_info':{'dataset':{'id':'none'}}}]}")
                        .code())
                .isEqualTo(21118);
        app.post("/datasets", "{'datasets':[{'id':'empty'}]}");
        assertThat(app.post("/models/m/versions", "{'model_versions':[{'train_info':{'dataset':{'id':'empty'}}}]}")
                        .code())
                .isEqualTo(21110);
    }

    private static String field(String line) {
        return line.substring(0, line.indexOf(' '));
    }

    private static Concept concept(String id) {
        return Concept.newBuilder().setId(id).build();
    }

    private static Value number(double value) {
        return Value.newBuilder().setNumberValue(value).build();
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }
}
