package io.deeptrain.standalone.adapter.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The few calls of the REST API that a user needs for a training. */
final class PublicApi {
    private static final int SUCCESS = 10_000;
    private static final int MODEL_TRAINED = 21_100;
    private static final int MODEL_TRAINING_FAILED = 21_106;
    private static final Duration ANSWER_MAX = Duration.ofMinutes(1);

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final URI base;
    private final String key;

    PublicApi(URI base, String key) {
        this.base = base;
        this.key = key;
    }

    /** A labelled image. */
    record Input(String base64, String concept) {}

    void createApp(String app) throws IOException, InterruptedException {
        ObjectNode body = json.createObjectNode();
        body.putArray("apps").addObject().put("id", app);
        post("v2/users/me/apps", body);
    }

    void addInputs(String app, List<Input> inputs) throws IOException, InterruptedException {
        ObjectNode body = json.createObjectNode();
        var list = body.putArray("inputs");
        for (Input input : inputs) {
            ObjectNode data = list.addObject().putObject("data");
            data.putObject("image").put("base64", input.base64());
            data.putArray("concepts").addObject().put("id", input.concept()).put("value", 1);
        }
        post("v2/users/me/apps/" + app + "/inputs", body);
    }

    void createModel(String app, String model, List<String> concepts, int epochs)
            throws IOException, InterruptedException {
        createModel(app, model, concepts, Map.of("num_epochs", epochs));
    }

    void createModel(String app, String model, List<String> concepts, Map<String, Integer> params)
            throws IOException, InterruptedException {
        ObjectNode body = json.createObjectNode();
        ObjectNode node = body.putObject("model").put("id", model).put("model_type_id", "visual-classifier");
        ObjectNode output = node.putObject("output_info");
        var list = output.putObject("data").putArray("concepts");
        concepts.forEach(concept -> list.addObject().put("id", concept));
        output.putObject("output_config").put("concepts_mutually_exclusive", true);
        ObjectNode given =
                node.putObject("train_info").putObject("params").put("template", "classification_cifar10_v1");
        params.forEach(given::put);
        post("v2/users/me/apps/" + app + "/models", body);
    }

    /** Returns the version that is trained. */
    String train(String app, String model) throws IOException, InterruptedException {
        return post("v2/users/me/apps/" + app + "/models/" + model + "/versions", json.createObjectNode())
                .path("model")
                .path("model_version")
                .path("id")
                .asText();
    }

    /** Not yet, too, while the API cannot answer because its database is being started again. */
    boolean isTrained(String app, String model, String version) {
        int code = status(app, model, version).path("code").asInt();
        if (code == MODEL_TRAINING_FAILED) {
            throw new AssertionError("the training failed: " + status(app, model, version));
        }
        return code == MODEL_TRAINED;
    }

    JsonNode status(String app, String model, String version) {
        HttpRequest request = request("v2/users/me/apps/" + app + "/models/" + model + "/versions/" + version)
                .GET()
                .build();
        try {
            return json.readTree(http.send(request, HttpResponse.BodyHandlers.ofByteArray())
                            .body())
                    .path("model_version")
                    .path("status");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    private JsonNode post(String path, JsonNode body) throws IOException, InterruptedException {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(body)))
                .build();
        JsonNode answer = json.readTree(
                http.send(request, HttpResponse.BodyHandlers.ofByteArray()).body());
        if (answer.path("status").path("code").asInt() != SUCCESS) {
            throw new AssertionError(path + " was refused: " + answer);
        }
        return answer;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(ANSWER_MAX).header("Authorization", "Key " + key);
    }
}
