package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.api.acceptance.Rest.Answer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Base64;
import java.util.UUID;
import javax.imageio.ImageIO;

/** An app of one test's own, and what every test does with one. */
record OwnApp(Rest rest, String id) {
    static final String PNG = png();

    static OwnApp fresh(URI base) {
        OwnApp app = new OwnApp(new Rest(base, Surroundings.KEY), "app-" + UUID.randomUUID());
        assertThat(app.rest()
                        .post("/v2/users/me/apps", "{\"apps\":[{\"id\":\"%s\"}]}".formatted(app.id()))
                        .code())
                .isEqualTo(10000);
        return app;
    }

    String at(String path) {
        return "/v2/users/me/apps/" + id + path;
    }

    /** Enough to train {@link #create a model} with. */
    void labelledInputs() {
        input("a", PNG, "{\"id\":\"cat\"},{\"id\":\"dog\",\"value\":0}");
        input("b", PNG, "{\"id\":\"dog\",\"value\":true}");
        input("c", PNG, "{\"id\":\"cat\"}");
    }

    Answer input(String inputId, String base64, String concepts) {
        return rest.post(
                at("/inputs"),
                "{\"inputs\":[{\"id\":\"%s\",\"data\":{\"image\":{\"base64\":\"%s\"},\"concepts\":[%s]}}]}"
                        .formatted(inputId, base64, concepts));
    }

    void create(String modelId, String params) {
        assertThat(rest.post(at("/models"), model(modelId, params.isEmpty() ? "\"num_epochs\":2" : params))
                        .code())
                .isEqualTo(10000);
    }

    static String model(String id, String params) {
        return """
                {"model":{"id":"%s","model_type_id":"visual-classifier","train_info":{"params":{%s}},
                 "output_info":{"data":{"concepts":[{"id":"cat"},{"id":"dog"}]}}}}
                """.formatted(id, params);
    }

    String train(String model) {
        return rest.post(at("/models/" + model + "/versions"), "")
                .body()
                .at("/model/model_version/id")
                .asText();
    }

    String job(String model, String version) {
        return rest.get(at("/models/%s/versions/%s/job".formatted(model, version)))
                .body()
                .at("/job/id")
                .asText();
    }

    JsonNode versions(String model) {
        return rest.get(at("/models/" + model + "/versions")).body().path("model_versions");
    }

    JsonNode statusOf(String model, String version) {
        return rest.get(at("/models/%s/versions/%s".formatted(model, version)))
                .body()
                .at("/model_version/status");
    }

    void until(String model, String version, int code) {
        Elsewhere.eventually(() -> statusOf(model, version).path("code").asInt() == code);
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
