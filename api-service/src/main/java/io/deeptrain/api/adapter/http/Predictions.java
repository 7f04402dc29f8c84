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

    /** Decoding takes its time, and each moment is an image. */
    private static final Duration FILM_TIMEOUT = Duration.ofMinutes(10);

    private static final int ANSWER_BYTES_MAX = 64 << 20;
    private static final int OK = 200;

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
    private final URI workers;

    Predictions(@ConfigProperty(name = "deeptrain.worker.url", defaultValue = "http://localhost:8082") URI workers) {
        this.workers = workers;
    }

    /** An image or video to look at. */
    public sealed interface Picture {
        @SuppressWarnings("ArrayRecordComponent") // Nobody compares it, and nobody changes the bytes.
        record Sent(byte[] bytes) implements Picture {}

        record Stored(StoredObject object) implements Picture {}

        /** A video, looked at each so many milliseconds. */
        record Film(Picture content, int sampleMillis) implements Picture {}
    }

    /** How likely an image shows a concept. */
    public record Seen(String conceptId, double value) {}

    /** A rectangle in an image and how likely it encloses a concept. Edges are fractions of height and width. */
    public record Found(Seen seen, double top, double left, double bottom, double right) {}

    /**
     * What was seen in one moment of a video.
     *
     * @param index the first moment is 0
     * @param number of the frame that is shown then
     * @param timeMillis from the beginning
     */
    public record Frame(int index, int number, long timeMillis, Sight.Content seen) {}

    /** What came of one image or video. */
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

        /** What a video shows, moment by moment. */
        record Film(List<Frame> frames) implements Content {
            public Film {
                frames = List.copyOf(frames);
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
            images.add(written(picture));
        }
        boolean films = pictures.stream().anyMatch(Picture.Film.class::isInstance);
        JsonNode outputs = post(request, films ? FILM_TIMEOUT : ANSWER_TIMEOUT).path("outputs");
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

    private ObjectNode written(Picture picture) {
        return switch (picture) {
            case Picture.Sent(byte[] bytes) ->
                mapper.createObjectNode().put("base64", Base64.getEncoder().encodeToString(bytes));
            case Picture.Stored(StoredObject stored) ->
                mapper.createObjectNode().set("object", object(stored));
            case Picture.Film(Picture content, int sampleMillis) ->
                written(content).put("sample_millis", sampleMillis);
        };
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
        if (output.has("frames")) {
            List<Frame> frames = new ArrayList<>();
            for (JsonNode frame : output.path("frames")) {
                frames.add(frame(frame));
            }
            return new Sight.Film(frames);
        }
        throw new NoWorkerException(
                "a worker answered an image with none of error, regions, embedding, concepts and frames");
    }

    private static Frame frame(JsonNode frame) throws NoWorkerException {
        if (sight(frame.path("seen")) instanceof Sight.Content seen) {
            return new Frame(
                    frame.path("index").asInt(),
                    frame.path("frame").asInt(),
                    frame.path("time_millis").asLong(),
                    seen);
        }
        throw new NoWorkerException("a worker answered a frame with an error");
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

    private JsonNode post(ObjectNode body, Duration timeout) throws NoWorkerException {
        try {
            HttpRequest request = HttpRequest.newBuilder(workers.resolve("/predictions"))
                    .timeout(timeout)
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
