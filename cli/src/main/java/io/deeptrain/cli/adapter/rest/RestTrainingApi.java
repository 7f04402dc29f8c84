package io.deeptrain.cli.adapter.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.cli.images.LabelledImage;
import io.deeptrain.cli.port.ApiRefusedException;
import io.deeptrain.cli.port.Bill;
import io.deeptrain.cli.port.TrainingApi;
import io.deeptrain.cli.port.VersionStatus;
import io.deeptrain.cli.port.VersionStatus.State;
import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.ChargeEvent.Line;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.Rate;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Talks to the REST API with one key. */
public final class RestTrainingApi implements TrainingApi {
    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(10);
    private static final Duration ANSWERED_WITHIN = Duration.ofMinutes(2);
    private static final Duration RESTARTED_WITHIN = Duration.ofSeconds(60);
    private static final Duration ASK_AGAIN_AFTER = Duration.ofMillis(500);
    private static final int SUCCESS = 10000;
    private static final int HTTP_UNAVAILABLE = 503;
    private static final int HTTP_OK = 200;
    private static final int MODEL_TRAINED = 21100;
    private static final int MODEL_TRAINING = 21101;
    private static final int MODEL_UNTRAINED = 21102;
    private static final int MODEL_QUEUED = 21103;
    private static final int MODEL_TRAINING_FAILED = 21106;

    private final JsonMapper json = new JsonMapper();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(CONNECTED_WITHIN).build();
    private final URI base;
    private final String key;
    private boolean hasAnswered;

    public RestTrainingApi(URI base, String key) {
        this.base = base;
        this.key = key;
    }

    @Override
    public void createApp(String app) throws IOException {
        ObjectNode body = json.createObjectNode();
        body.putArray("apps").addObject().put("id", app);
        call("POST", "/v2/users/me/apps", body);
    }

    @Override
    public void addImages(String app, List<LabelledImage> images) throws IOException {
        ObjectNode body = json.createObjectNode();
        ArrayNode inputs = body.putArray("inputs");
        for (LabelledImage image : images) {
            ObjectNode data = inputs.addObject().putObject("data");
            data.putObject("image").put("base64", base64(image));
            data.putArray("concepts").addObject().put("id", image.label()).put("value", 1);
        }
        call("POST", appPath(app) + "/inputs", body);
    }

    @Override
    public void createModel(String app, NewModel model) throws IOException {
        ObjectNode body = json.createObjectNode();
        ObjectNode node = body.putObject("model").put("id", model.id()).put("model_type_id", model.modelTypeId());
        ObjectNode outputInfo = node.putObject("output_info");
        ArrayNode concepts = outputInfo.putObject("data").putArray("concepts");
        model.concepts().forEach(concept -> concepts.addObject().put("id", concept));
        outputInfo.putObject("output_config").put("concepts_mutually_exclusive", true);
        node.putObject("train_info")
                .putObject("params")
                .put("template", model.template())
                .put("num_epochs", model.epochs());
        call("POST", appPath(app) + "/models", body);
    }

    @Override
    public Estimate estimate(String app, String model, long inputs) throws IOException {
        ObjectNode body = json.createObjectNode().put("estimated_input_count", inputs);
        JsonNode estimate = call("POST", modelPath(app, model) + "/estimate", body)
                .path("estimates")
                .path(0);
        if (!estimate.path("seconds").isNumber() || !estimate.at("/cost/cents").isNumber()) {
            throw new IOException("the server's estimate has no time or no cost: " + estimate);
        }
        return new Estimate(
                Duration.ofSeconds(estimate.path("seconds").asLong()),
                Duration.ofSeconds(estimate.at("/interval/low_seconds").asLong()),
                Duration.ofSeconds(estimate.at("/interval/high_seconds").asLong()),
                estimate.at("/cost/cents").asLong(),
                estimate.at("/basis/explanation").asText());
    }

    @Override
    public VersionPath train(String app, String model) throws IOException {
        JsonNode answer = call("POST", modelPath(app, model) + "/versions", json.createObjectNode());
        String version = answer.path("model").path("model_version").path("id").asText();
        if (version.isEmpty()) {
            throw new IOException("the server's answer names no model version: " + answer);
        }
        return new VersionPath(app, model, version);
    }

    @Override
    public Sight look(VersionPath version) throws IOException {
        JsonNode progress = get(versionPath(version) + "/progress").path("progress");
        return new Sight(
                status(progress.path("status")),
                progress.has("phase") ? Optional.of(progress(progress)) : Optional.empty(),
                progress.path("reading_millis").asLong());
    }

    private static Progress progress(JsonNode node) throws IOException {
        Map<String, Double> metrics = new TreeMap<>();
        node.path("metrics")
                .properties()
                .forEach(
                        metric -> metrics.put(metric.getKey(), metric.getValue().asDouble()));
        try {
            return new Progress(
                    Phase.valueOf(node.path("phase").asText()),
                    node.path("epoch").asInt(),
                    node.path("epochs").asInt(),
                    node.path("step").asLong(),
                    node.path("steps").asLong(),
                    node.path("loss").asDouble(Double.NaN),
                    metrics,
                    node.path("images_per_second").asDouble());
        } catch (IllegalArgumentException e) {
            throw new IOException("the server's progress cannot be understood: " + node, e);
        }
    }

    private static VersionStatus status(JsonNode status) throws IOException {
        State state = switch (status.path("code").asInt()) {
            case MODEL_TRAINED -> State.TRAINED;
            case MODEL_TRAINING -> State.TRAINING;
            case MODEL_UNTRAINED -> State.UNTRAINED;
            case MODEL_QUEUED -> State.QUEUED;
            case MODEL_TRAINING_FAILED -> State.FAILED;
            default -> throw new IOException("the server gives a version an unknown status: " + status);
        };
        Optional<Duration> left = Optional.of(
                        Duration.ofSeconds(status.path("time_remaining").asLong()))
                .filter(Duration::isPositive);
        return new VersionStatus(
                state,
                status.path("percent_completed").asInt(),
                left,
                status.path("details").asText());
    }

    @Override
    public Optional<Bill> bill(VersionPath version) throws IOException {
        try {
            return bill(get(versionPath(version) + "/charge").path("charge"));
        } catch (ApiRefusedException refused) {
            if (refused.meansNotFound()) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    @Override
    public JobId jobOf(VersionPath version) throws IOException {
        return new JobId(
                get(versionPath(version) + "/job").path("job").path("id").asText());
    }

    @Override
    public void delete(VersionPath version) throws IOException {
        send(request(versionPath(version)).DELETE());
    }

    @Override
    public List<List<Guess>> predict(VersionPath version, List<LabelledImage> images) throws IOException {
        ObjectNode body = json.createObjectNode();
        ArrayNode inputs = body.putArray("inputs");
        for (LabelledImage image : images) {
            inputs.addObject().putObject("data").putObject("image").put("base64", base64(image));
        }
        JsonNode outputs = call("POST", versionPath(version) + "/outputs", body).path("outputs");
        List<List<Guess>> guesses = new ArrayList<>();
        for (JsonNode output : outputs) {
            List<Guess> ofOne = new ArrayList<>();
            for (JsonNode concept : output.path("data").path("concepts")) {
                ofOne.add(new Guess(
                        concept.path("id").asText(), concept.path("value").asDouble()));
            }
            guesses.add(List.copyOf(ofOne));
        }
        if (guesses.size() != images.size() || guesses.stream().anyMatch(List::isEmpty)) {
            throw new IOException("the server was asked about %d images and answered %s"
                    .formatted(images.size(), outputs.toPrettyString()));
        }
        return guesses;
    }

    private static Optional<Bill> bill(JsonNode charge) {
        if (!charge.has("currency")) {
            return Optional.empty();
        }
        List<Line> lines = new ArrayList<>();
        for (JsonNode line : charge.path("attempts")) {
            lines.add(new Line(
                    new FencingToken(line.path("attempt").asLong()),
                    line.path("reading_millis").asLong(),
                    line.path("billable_millis").asLong(),
                    line.path("free_millis").asLong(),
                    FreeReason.valueOf(line.path("free_reason").asText())));
        }
        Statement statement = new Statement(
                new Rate(
                        charge.path("cents_per_gpu_hour").asLong(),
                        charge.path("currency").asText()),
                charge.path("gpus").asInt(),
                charge.path("billed_seconds").asLong(),
                charge.path("amount_cents").asLong(),
                lines);
        return Optional.of(new Bill(statement, charge.path("final").asBoolean()));
    }

    private JsonNode get(String path) throws IOException {
        return send(request(path).GET());
    }

    private JsonNode call(String method, String path, JsonNode body) throws IOException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofByteArray(json.writeValueAsBytes(body))));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path))
                .timeout(ANSWERED_WITHIN)
                .header("Authorization", "Key " + key);
    }

    /** Looking again is harmless, so a question is asked again while a part of the platform is being restarted. */
    private HttpResponse<byte[]> answerTo(HttpRequest request) throws IOException {
        long startedNanos = System.nanoTime();
        while (true) {
            boolean mayAskAgain = request.method().equals("GET")
                    && hasAnswered
                    && System.nanoTime() - startedNanos < RESTARTED_WITHIN.toNanos();
            try {
                HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
                if (response.statusCode() != HTTP_UNAVAILABLE || !mayAskAgain) {
                    return response;
                }
                pause(request);
            } catch (ConnectException e) {
                if (!mayAskAgain) {
                    throw new ConnectException("no DeepTrain answers at " + base);
                }
                pause(request);
            } catch (InterruptedException e) {
                throw interrupted(request);
            }
        }
    }

    private static void pause(HttpRequest request) throws InterruptedIOException {
        try {
            Thread.sleep(ASK_AGAIN_AFTER);
        } catch (InterruptedException e) {
            throw interrupted(request);
        }
    }

    private static InterruptedIOException interrupted(HttpRequest request) {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while waiting for " + request.uri());
    }

    private JsonNode send(HttpRequest.Builder builder) throws IOException {
        HttpRequest request = builder.build();
        HttpResponse<byte[]> response = answerTo(request);
        hasAnswered = true;
        JsonNode answer;
        try {
            answer = json.readTree(response.body());
        } catch (IOException e) {
            throw new IOException(
                    "%s %s was answered with HTTP %d and no JSON"
                            .formatted(request.method(), request.uri(), response.statusCode()),
                    e);
        }
        JsonNode status = answer.path("status");
        int code = status.path("code").asInt();
        if (response.statusCode() != HTTP_OK || code != SUCCESS) {
            throw new ApiRefusedException(
                    response.statusCode(),
                    code,
                    "%s %s was refused: %s (%d)"
                            .formatted(request.method(), request.uri().getPath(), words(status), code));
        }
        return answer;
    }

    private static String words(JsonNode status) {
        String details = status.path("details").asText();
        String description = status.path("description").asText();
        return details.isEmpty() ? description : description + ": " + details;
    }

    private static String base64(LabelledImage image) throws IOException {
        return Base64.getEncoder().encodeToString(image.content().read());
    }

    private static String appPath(String app) {
        return "/v2/users/me/apps/" + segment(app);
    }

    private static String modelPath(String app, String model) {
        return appPath(app) + "/models/" + segment(model);
    }

    private static String versionPath(VersionPath version) {
        return modelPath(version.app(), version.model()) + "/versions/" + segment(version.version());
    }

    private static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
