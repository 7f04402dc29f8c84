package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The calls that public pages show with curl, byte for byte, under the key of an app as they are there. */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class DocumentedCallsTest {
    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private Rest caller;

    @BeforeEach
    void aKeyOfAnApp() {
        OwnApp app = OwnApp.fresh(base);
        Answer made = app.rest()
                .post(
                        "/v2/users/me/keys",
                        "{\"keys\":[{\"scopes\":[\"All\"],\"apps\":[{\"id\":\"%s\"}]}]}".formatted(app.id()));
        caller = app.rest().as(made.body().at("/keys/0/id").asText());
    }

    @ParameterizedTest(name = "of {0}")
    @CsvSource({
        "lawrence-1591638385, visual-classifier, classification_cifar10_v1, classification_cifar10_v1",
        "detection-test-1591638385, visual-detector, Clarifai-InceptionV2, Clarifai_InceptionV2"
    })
    void a_model_is_created(String id, String type, String template, String known) {
        Answer answer = caller.post("/v2/models", """
                {
                    "model": {
                        "id": "%s",
                        "model_type_id": "%s",
                        "train_info": {"params": {"template": "%s", "num_epochs": 2}},
                        "output_info": {
                            "data": {"concepts": [{"id": "ferrari23"}, {"id": "outdoors23"}]},
                            "output_config": {"closed_environment": true}
                        }
                    }
                }
                """.formatted(id, type, template));

        assertThat(answer.httpStatus()).isEqualTo(200);
        assertThat(answer.body().at("/status/description").asText()).isEqualTo("Ok");
        JsonNode model = answer.body().path("model");
        assertThat(model.path("id").asText()).isEqualTo(id);
        assertThat(model.path("model_type_id").asText()).isEqualTo(type);
        assertThat(model.at("/model_version/train_info/params/template").asText())
                .isEqualTo(known);
        assertThat(model.at("/model_version/train_info/params/num_epochs").asInt())
                .isEqualTo(2);
        assertThat(model.at("/model_version/status/code").asInt()).isEqualTo(21102);
        assertThat(model.at("/output_info/output_config/closed_environment").asBoolean())
                .isTrue();
    }

    @Test
    void model_types_are_listed_with_their_templates() {
        JsonNode types =
                caller.get("/v2/models/types?per_page=200&page=1").body().path("model_types");

        assertThat(types.findValuesAsText("id"))
                .contains("visual-classifier", "visual-detector", "visual-embedder", "classification_cifar10_v1");
    }
}
