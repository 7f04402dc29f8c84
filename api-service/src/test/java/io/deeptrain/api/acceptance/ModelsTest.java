package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.credentials.ClarifaiCallCredentials;
import com.clarifai.grpc.api.ListModelTypesRequest;
import com.clarifai.grpc.api.Model;
import com.clarifai.grpc.api.ModelQuery;
import com.clarifai.grpc.api.ModelType;
import com.clarifai.grpc.api.ModelTypeEnumOption;
import com.clarifai.grpc.api.ModelTypeField;
import com.clarifai.grpc.api.MultiModelResponse;
import com.clarifai.grpc.api.PatchModelsRequest;
import com.clarifai.grpc.api.PostModelsSearchesRequest;
import com.clarifai.grpc.api.UserAppIDSet;
import com.clarifai.grpc.api.V2Grpc;
import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Finding models, changing what is said of them, and looking into them. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class ModelsTest {
    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private Elsewhere elsewhere;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private ManagedChannel channel;

    @BeforeEach
    void anAppOfItsOwn() {
        app = OwnApp.fresh(base);
        elsewhere = new Elsewhere(TestServers.kafka());
        channel = ManagedChannelBuilder.forAddress(base.getHost(), base.getPort())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void close() {
        elsewhere.close();
        channel.shutdownNow();
    }

    @Test
    void a_client_that_walks_the_model_types_finds_every_field_filled_in() {
        List<ModelType> types = stub().listModelTypes(ListModelTypesRequest.newBuilder()
                        .setUserAppId(whose())
                        .setPerPage(1000)
                        .build())
                .getModelTypesList();
        assertThat(types)
                .extracting(ModelType::getId)
                .containsExactly("visual-classifier", "visual-detector", "visual-embedder", "embedding-classifier");
        for (ModelType type : types) {
            assertThat(type.getModelTypeFieldsCount()).as(type.getId()).isPositive();
            type.getModelTypeFieldsList().forEach(ModelsTest::requireFilledIn);
            for (ModelTypeField field : type.getModelTypeFieldsList()) {
                if (!field.getPath().equals("train_info.params.template")) {
                    continue;
                }
                assertThat(field.getModelTypeEnumOptionsList())
                        .filteredOn(ModelTypeEnumOption::getRecommended)
                        .singleElement()
                        .extracting(ModelTypeEnumOption::getId)
                        .isEqualTo(field.getDefaultValue().getStringValue());
                for (ModelTypeEnumOption template : field.getModelTypeEnumOptionsList()) {
                    assertThat(template.getModelTypeFieldsCount())
                            .as(template.getId())
                            .isPositive();
                    template.getModelTypeFieldsList().forEach(ModelsTest::requireFilledIn);
                }
            }
        }
        JsonNode embedding = app.rest()
                .get(app.at("/models/types/embedding-classifier"))
                .body()
                .path("model_type");
        assertThat(embedding.findValuesAsText("path"))
                .contains(
                        "train_info.params.embed_model",
                        "train_info.params.enrich_dataset",
                        "output_info.output_config.concepts_mutually_exclusive",
                        "train_info.params.invalid_data_tolerance_percent");
    }

    private static void requireFilledIn(ModelTypeField field) {
        assertThat(field.getPath().split("\\.")).as(field.getPath()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(field.getPlaceholder()).as(field.getPath()).isNotEmpty();
        assertThat(field.getDescription()).as(field.getPath()).isNotEmpty();
        assertThat(field.hasDefaultValue()).as(field.getPath()).isTrue();
        assertThat(field.getFieldTypeValue()).as(field.getPath()).isPositive();
    }

    @Test
    void a_model_that_cannot_be_trained_yet_can_be_made_and_says_so_when_it_is_to_be_trained() {
        Answer made = app.rest().post(app.at("/models"), """
                {"model":{"id":"transfer","model_type_id":"embedding-classifier",
                 "train_info":{"params":{"enrich_dataset":"Disabled"}},
                 "output_info":{"data":{"concepts":[{"id":"cat"}]}}}}
                """);
        assertThat(made.code()).isEqualTo(10000);
        Answer refused = app.rest().post(app.at("/models/transfer/versions"), "");
        assertThat(refused.code()).isEqualTo(21118);
        assertThat(refused.details()).contains("embed_model is ''", "train a visual-embedder");

        Answer lists = app.rest().post(app.at("/models"), """
                {"model":{"id":"lists","model_type_id":"visual-detector",
                 "train_info":{"params":{"template":"MMDetection-FasterRCNN","image_size":[600,"wide"],
                                         "num_epochs":0,"invalid_data_tolerance_percent":101}}}}
                """);
        assertThat(lists.code()).isEqualTo(21118);
        assertThat(lists.details().lines())
                .anyMatch(line -> line.startsWith(
                        "train_info.params.image_size is [600, wide] but must be a list of at most 32 numbers"))
                .anyMatch(line -> line.contains("num_epochs is 0 ") && line.endsWith("the nearest is 1"))
                .anyMatch(line -> line.contains("tolerance_percent is 101 ") && line.endsWith("the nearest is 100"));
    }

    @Test
    void a_patch_merges_removes_and_overwrites() {
        app.create("m", "");
        Answer merged = patch("merge", """
                {"id":"m","name":"Pets","description":"d","notes":"n","metadata":{"a":1,"b":2},
                 "output_info":{"data":{"concepts":[{"id":"owl"}],"unknown":1},
                                "output_config":{"concepts_mutually_exclusive":true,"closed_environment":true}}}
                """);
        assertThat(merged.code()).isEqualTo(10000);
        JsonNode model = merged.body().at("/models/0");
        assertThat(model.path("name").asText()).isEqualTo("Pets");
        assertThat(model.path("notes").asText()).isEqualTo("n");
        assertThat(concepts(model)).containsExactly("cat", "dog", "owl");
        assertThat(model.at("/output_info/output_config/concepts_mutually_exclusive")
                        .asBoolean())
                .isTrue();
        assertThat(model.at("/train_info/params/num_epochs").asInt()).isEqualTo(2);

        JsonNode removed = patch("remove", """
                {"id":"m","notes":"any","metadata":{"a":0},"output_info":{"data":{"concepts":[{"id":"cat"}]}}}
                """).body().at("/models/0");
        assertThat(removed.has("notes")).isFalse();
        assertThat(removed.path("metadata").toString()).isEqualTo("{\"b\":2.0}");
        assertThat(concepts(removed)).containsExactly("dog", "owl");

        JsonNode overwritten = patch("overwrite", """
                {"id":"m","metadata":{"c":true},"output_info":{"data":{"concepts":[{"id":"fox"}]}}}
                """).body().at("/models/0");
        assertThat(overwritten.path("metadata").toString()).isEqualTo("{\"c\":true}");
        assertThat(concepts(overwritten)).containsExactly("fox");
        assertThat(overwritten.path("name").asText()).isEqualTo("Pets");
        assertThat(app.rest().get(app.at("/models/m")).body().at("/model/name").asText())
                .isEqualTo("Pets");
        assertThat(app.rest().get(app.at("/concepts/fox")).code()).isEqualTo(10000);
        assertThat(strings(app.rest().get(app.at("/models/m/concepts")).body().path("concepts")))
                .containsExactly("fox");
    }

    @Test
    void a_patch_that_names_what_is_not_there_changes_nothing() {
        app.create("m", "");
        Answer refused =
                app.rest().patch(app.at("/models"), "{\"models\":[{\"id\":\"m\",\"name\":\"x\"},{\"id\":\"none\"}]}");
        assertThat(refused.code()).isEqualTo(21200);
        assertThat(app.rest().get(app.at("/models/m")).body().at("/model/name").asText())
                .isEqualTo("m");
        assertThat(app.rest().patch(app.at("/models"), "{\"models\":[]}").code())
                .isEqualTo(21203);
        assertThat(app.rest()
                        .patch(app.at("/models"), "{\"models\":[" + "{\"id\":\"m\"},".repeat(128) + "{\"id\":\"m\"}]}")
                        .details())
                .isEqualTo("models holds 129 models but must hold 1 to 128");
        assertThat(patch("replace", "{\"id\":\"m\"}").details()).contains("action is 'replace'");
    }

    @Test
    void models_are_found_by_name_type_and_training() {
        app.labelledInputs();
        app.create("pets", "");
        app.create("pets_2", "");
        app.rest().post(app.at("/models"), "{\"model\":{\"id\":\"boxes\",\"model_type_id\":\"visual-detector\"}}");
        assertThat(found("{\"name\":\"PETS\"}")).containsExactly("pets", "pets_2");
        assertThat(found("{\"name\":\"*pets\"}")).containsExactly("pets");
        assertThat(found("{\"name\":\"pets*\",\"type\":null}")).containsExactly("pets", "pets_2");
        assertThat(found("{\"name\":\"*_*\"}")).containsExactly("pets_2");
        assertThat(found("{\"name\":\"%\"}")).isEmpty();
        assertThat(found("{\"type\":\"concept\"}")).containsExactly("pets", "pets_2");
        assertThat(found("{\"model_type_id\":\"visual-detector\"}")).containsExactly("boxes");
        assertThat(listed("?search=et")).containsExactly("pets", "pets_2");
        assertThat(listed("?model_type_id=visual-detector")).containsExactly("boxes");
        assertThat(listed("?trained_only=true")).isEmpty();
        new Trainings(app, elsewhere).trained("pets");
        assertThat(listed("?trained_only=true")).containsExactly("pets");
        assertThat(strings(app.rest()
                        .get("/v2/users/me/models?per_page=1000&search=pets_2")
                        .body()
                        .path("models")))
                .contains("pets_2");
    }

    @Test
    void a_version_is_described_and_found_and_shows_what_it_learned_from() {
        app.labelledInputs();
        app.create("m", "");
        String version = new Trainings(app, elsewhere).trained("m");
        Answer patched = app.rest().patch(app.at("/models/m/versions"), """
                {"model_versions":[{"id":"%s","description":"the good one","metadata":{"by":"me"}}],"action":"merge"}
                """.formatted(version));
        assertThat(patched.code()).isEqualTo(10000);
        JsonNode shown =
                app.rest().get(app.at("/models/m/versions/" + version)).body().path("model_version");
        assertThat(shown.path("description").asText()).isEqualTo("the good one");
        assertThat(shown.at("/metadata/by").asText()).isEqualTo("me");
        assertThat(shown.at("/metadata/test_accuracy").asDouble()).isEqualTo(0.98);
        assertThat(shown.path("active_concept_count").asInt()).isEqualTo(2);
        assertThat(shown.at("/metrics/status/code").asInt()).isEqualTo(21300);
        assertThat(shown.path("train_log").asText()).contains("/models/m/versions/" + version + "/log?");

        assertThat(versions("?trained_only=true")).containsExactly(version);
        assertThat(versions("?concept_ids=cat&concept_ids=dog")).hasSize(2).contains(version);
        assertThat(versions("?concept_ids=owl")).isEmpty();
        assertThat(app.rest()
                        .patch(app.at("/models/m/versions"), "{\"model_versions\":[{\"id\":\"none\"}]}")
                        .code())
                .isEqualTo(21200);

        app.rest().delete(app.at("/inputs/b"));
        JsonNode inputs = app.rest()
                .get(app.at("/models/m/versions/" + version + "/inputs"))
                .body()
                .path("inputs");
        assertThat(strings(inputs)).containsExactly("a", "b", "c");
        assertThat(inputs.at("/0/data/concepts").findValuesAsText("id")).containsExactly("cat", "dog");
        assertThat(inputs.at("/0/data/concepts").findValuesAsText("value")).containsExactly("1.0", "0.0");
        assertThat(strings(app.rest()
                        .get(app.at("/models/m/inputs?page=2&per_page=2"))
                        .body()
                        .path("inputs")))
                .containsExactly("c");
        assertThat(strings(app.rest()
                        .get(app.at("/models/m/versions/" + version + "/concepts?search=ca"))
                        .body()
                        .path("concepts")))
                .containsExactly("cat");
    }

    @Test
    void the_published_grpc_client_patches_and_searches() {
        app.create("m", "");
        MultiModelResponse patched = stub().patchModels(PatchModelsRequest.newBuilder()
                .setUserAppId(whose())
                .setAction("merge")
                .addModels(Model.newBuilder().setId("m").setNotes("By gRPC"))
                .build());
        assertThat(patched.getModels(0).getNotes()).isEqualTo("By gRPC");
        MultiModelResponse found = stub().postModelsSearches(PostModelsSearchesRequest.newBuilder()
                .setUserAppId(whose())
                .setModelQuery(ModelQuery.newBuilder().setName("M*"))
                .build());
        assertThat(found.getModelsList()).extracting(Model::getId).containsExactly("m");
    }

    private V2Grpc.V2BlockingStub stub() {
        return V2Grpc.newBlockingStub(channel)
                .withCallCredentials(new ClarifaiCallCredentials(Surroundings.KEY))
                .withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    private UserAppIDSet whose() {
        return UserAppIDSet.newBuilder().setUserId("me").setAppId(app.id()).build();
    }

    private Answer patch(String action, String model) {
        return app.rest().patch(app.at("/models"), "{\"models\":[%s],\"action\":\"%s\"}".formatted(model, action));
    }

    private List<String> found(String query) {
        return strings(app.rest()
                .post(app.at("/models/searches"), "{\"model_query\":%s}".formatted(query))
                .body()
                .path("models"));
    }

    private List<String> listed(String query) {
        return strings(app.rest().get(app.at("/models" + query)).body().path("models"));
    }

    private List<String> versions(String query) {
        return strings(
                app.rest().get(app.at("/models/m/versions" + query)).body().path("model_versions"));
    }

    private static List<String> concepts(JsonNode model) {
        return strings(model.at("/output_info/data/concepts"));
    }

    /** The ids of the things in a list. */
    private static List<String> strings(JsonNode list) {
        return list.valueStream().map(thing -> thing.path("id").asText()).toList();
    }
}
