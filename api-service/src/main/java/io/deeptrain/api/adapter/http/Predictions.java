package io.deeptrain.api.adapter.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.event.StoredObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Asks a worker what a model sees in images. Any worker can load any published model. */
@ApplicationScoped
public class Predictions {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** The first prediction of a model loads it. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

    private static final int ANSWER_BYTES_MAX = 64 << 20;
    private static final int OK = 200;

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
    private final URI workers;

    Predictions(@ConfigProperty(name = "deeptrain.worker.url", defaultValue = "http://localhost:8082") URI workers) {
        this.workers = workers;
    }

    /** An image to look at. */
    public sealed interface Picture {
        @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
        record Sent(byte[] bytes) implements Picture {}

        record Stored(StoredObject object) implements Picture {}
    }

    /** How likely an image shows a concept. */
    public record Seen(String conceptId, double value) {}

    /** A rectangle in an image and how likely it encloses a concept. Edges are fractions of height and width. */
    public record Found(Seen seen, double top, double left, double bottom, double right) {}

    /** What came of one image. */
    public sealed interface Sight {
        /** What a model says of an image. */
        sealed interface Content extends Sight {}

        record Concepts(List<Seen> concepts) implements Content {
            public Concepts {
                concepts = List.copyOf(concepts);
            }
        }

        record Regions(List<Found> regions) implements Content {
            public Regions {
                regions = List.copyOf(regions);
            }
        }

        /** The image's place among others: a vector of length 1. */
        record Embedding(List<Float> vector) implements Content {
            public Embedding {
                vector = List.copyOf(vector);
            }
        }

        /** {@code reason} is for the caller. */
        record Unreadable(String reason) implements Sight {}
    }

    /** No worker answers right now. */
    public static final class NoWorkerException extends Exception {
        NoWorkerException(String message) {
            super(message);
        }
    }

    /** One answer for each picture, in their order. */
    public List<Sight> predict(StoredObject model, List<Picture> pictures) throws NoWorkerException {
        return ask(mapper.createObjectNode(), model, pictures);
    }

    /** One embedding for each picture that can be read, in their order, whatever the model answers otherwise. */
    public List<Sight> embed(StoredObject model, List<Picture> pictures) throws NoWorkerException {
        return ask(mapper.createObjectNode().put("embeddings", true), model, pictures);
    }

    private List<Sight> ask(ObjectNode request, StoredObject model, List<Picture> pictures) throws NoWorkerException {
        request.set("model", object(model));
        var images = request.putArray("images");
        for (Picture picture : pictures) {
            switch (picture) {
                case Picture.Sent(byte[] bytes) ->
                    images.addObject().put("base64", Base64.getEncoder().encodeToString(bytes));
                case Picture.Stored(StoredObject stored) -> images.addObject().set("object", object(stored));
            }
        }
        JsonNode outputs = post(request).path("outputs");
        if (outputs.size() != pictures.size()) {
            throw new NoWorkerException(
                    "a worker answered %d images with %d outputs".formatted(pictures.size(), outputs.size()));
        }
        List<Sight> sights = new ArrayList<>();
        for (JsonNode output : outputs) {
            sights.add(sight(output));
        }
        return sights;
    }

    private static Sight sight(JsonNode output) throws NoWorkerException {
        if (output.has("error")) {
            return new Sight.Unreadable(output.path("error").path("message").asText());
        }
        if (output.has("regions")) {
            return new Sight.Regions(
                    each(output.path("regions")).map(Predictions::found).toList());
        }
        if (output.has("embedding")) {
            return new Sight.Embedding(
                    each(output.path("embedding")).map(JsonNode::floatValue).toList());
        }
        if (output.has("concepts")) {
            return new Sight.Concepts(
                    each(output.path("concepts")).map(Predictions::seen).toList());
        }
        throw new NoWorkerException("a worker answered an image with none of error, regions, embedding and concepts");
    }

    private static Stream<JsonNode> each(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static Seen seen(JsonNode concept) {
        return new Seen(concept.path("id").asText(), concept.path("value").asDouble());
    }

    private static Found found(JsonNode region) {
        return new Found(
                seen(region.path("concept")),
                region.path("top").asDouble(),
                region.path("left").asDouble(),
                region.path("bottom").asDouble(),
                region.path("right").asDouble());
    }

    private ObjectNode object(StoredObject object) {
        return mapper.createObjectNode()
                .put("key", object.key())
                .put("sha256", object.sha256())
                .put("size_bytes", object.sizeBytes());
    }

    private JsonNode post(ObjectNode body) throws NoWorkerException {
        try {
            HttpRequest request = HttpRequest.newBuilder(workers.resolve("/predictions"))
                    .timeout(ANSWER_TIMEOUT)
                    .header("content-type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(mapper.writeValueAsBytes(body)))
                    .build();
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream answer = response.body()) {
                byte[] bytes = answer.readNBytes(ANSWER_BYTES_MAX);
                if (response.statusCode() != OK) {
                    throw new NoWorkerException("a worker answered " + response.statusCode());
                }
                return mapper.readTree(bytes);
            }
        } catch (IOException e) {
            throw new NoWorkerException("no worker answers: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoWorkerException("interrupted while waiting for a worker");
        }
    }
}
