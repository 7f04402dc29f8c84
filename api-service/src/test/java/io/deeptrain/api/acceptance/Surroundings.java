package io.deeptrain.api.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A folder for objects, a first key, a certificate, and a worker that sees cats everywhere: with a model that is stored
 * as a detector it finds them, with one that is stored as an embedder it places them. Asked for embeddings it places
 * each image where its hash says. One that is stored as half-blind cannot read the first image of each request. Of a
 * video it looks at the beginning and at the next moment. One that is stored as unloadable it cannot load.
 */
public final class Surroundings implements QuarkusTestResourceLifecycleManager {
    static final String KEY = "the-first-key";

    /** So many trainings of an app may wait at once. */
    static final int WAITING_MAX = 60;

    private static final String CATS = """
            {"outputs":[{"concepts":[{"id":"dog","value":0.1},{"id":"cat","value":0.9}]}]}""";

    private static final String FOUND = """
            {"outputs":[{"regions":[
              {"concept":{"id":"dog","value":0.1},"top":0.5,"left":0.0,"bottom":1.0,"right":0.25},
              {"concept":{"id":"dog","value":0.3},"top":0.0,"left":0.25,"bottom":0.5,"right":0.75},
              {"concept":{"id":"cat","value":0.9},"top":0.0,"left":0.25,"bottom":0.5,"right":0.75}]}]}""";

    private static final String PLACED = """
            {"outputs":[{"embedding":[0.6,0.0,-0.8]}]}""";

    private static final String WAITS = """
            {"job_id":"x","position":3,"waiting":4,"position_in_app":1,"gpu_hours_ahead":0.5,
             "reason":{"code":"others-stand-higher","sentence":"2 jobs stand before it."},
             "change":{"sentence":"3 workers more with 1 GPU each."}}""";

    /** Repeats what it was asked. */
    private static final String WOULD_WAIT = """
            {"as_of":"2026-11-21T12:00:00Z","starts_now":false,
             "start":{"at":"2026-11-21T13:00:00Z","low":"2026-11-21T12:30:00Z","high":"2026-11-21T14:00:00Z","coverage":0.9},
             "position":3,"waiting":4,"position_in_app":1,"gpu_hours_ahead":0.5,
             "reason":{"code":"others-stand-higher","sentence":"GPUS GPU for SECONDS s."},
             "others":{"start_no_longer":7}}""";

    private final HttpServer worker;

    /** Listens on a port that is free. */
    public Surroundings() {
        try {
            worker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Map<String, String> start() {
        worker.createContext("/predictions", exchange -> {
            JsonNode asked = new ObjectMapper().readTree(exchange.getRequestBody());
            boolean loads = !asked.at("/model/key").asText().endsWith("/unloadable");
            byte[] answer = (asked.path("embeddings").asBoolean()
                            ? embeddings(asked.path("images")).toString()
                            : answers(asked))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(loads ? 200 : 500, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        worker.createContext("/queue/jobs/", new Leader());
        worker.createContext("/queue/what-if", exchange -> {
            JsonNode job =
                    new ObjectMapper().readTree(exchange.getRequestBody()).path("job");
            byte[] answer = WOULD_WAIT
                    .replace("GPUS", job.path("gpus").asText())
                    .replace("SECONDS", job.path("expected_seconds").asText())
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(job.path("app").asText().endsWith("-unknown") ? 503 : 200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        worker.start();
        Certificates certificates = Certificates.made();
        try {
            return Map.of(
                    "deeptrain.submissions.waiting-max",
                    String.valueOf(WAITING_MAX),
                    "DEEPTRAIN_TLS_CERTIFICATE",
                    certificates.server().toString(),
                    "DEEPTRAIN_TLS_KEY",
                    certificates.serverKey().toString(),
                    "DEEPTRAIN_OBJECTS",
                    Files.createTempDirectory(Path.of("target"), "objects-")
                            .toAbsolutePath()
                            .toUri()
                            .toString(),
                    "DEEPTRAIN_BOOTSTRAP_KEY",
                    KEY,
                    "DEEPTRAIN_WORKER_URL",
                    "http://127.0.0.1:" + worker.getAddress().getPort(),
                    "DEEPTRAIN_SCHEDULER_URLS",
                    "http://127.0.0.1:1,http://127.0.0.1:" + worker.getAddress().getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Plays the leading scheduler: explains the jobs that were put, and is a standby for all others. */
    private static final class Leader implements HttpHandler {
        private final Set<String> known = ConcurrentHashMap.newKeySet();

        @Override
        public void handle(HttpExchange exchange) throws IOException {
            String path = exchange.getRequestURI().getPath();
            byte[] answer = WAITS.getBytes(StandardCharsets.UTF_8);
            if (exchange.getRequestMethod().equals("PUT")) {
                known.add(path);
            }
            exchange.sendResponseHeaders(known.contains(path) ? 200 : 503, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        }
    }

    /** Equal images lie in the same place, others anywhere. */
    private static JsonNode embeddings(JsonNode images) {
        ObjectNode answer = new ObjectMapper().createObjectNode();
        ArrayNode outputs = answer.putArray("outputs");
        for (JsonNode image : images) {
            String sha256 = image.has("object")
                    ? image.at("/object/sha256").asText()
                    : sha256(Base64.getDecoder().decode(image.path("base64").asText()));
            ArrayNode embedding = outputs.addObject().putArray("embedding");
            for (byte number : HexFormat.of().parseHex(sha256)) {
                embedding.add((float) number);
            }
        }
        return answer;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** The same for each image. */
    private static String answers(JsonNode asked) throws IOException {
        ObjectNode answer = (ObjectNode) new ObjectMapper()
                .readTree(answer(asked.at("/model/key").asText(), asked.at("/images/0/sample_millis")));
        JsonNode ofOne = answer.at("/outputs/0");
        ArrayNode outputs = answer.putArray("outputs");
        asked.path("images").forEach(_ -> outputs.add(ofOne));
        if (asked.at("/model/key").asText().endsWith("/half-blind")) {
            outputs.set(0, new ObjectMapper().readTree("{\"error\":{\"message\":\"it is too dark\"}}"));
        }
        return answer.toString();
    }

    private static String answer(String model, JsonNode sampleMillis) {
        String ofImage = answer(model);
        if (sampleMillis.isMissingNode()) {
            return ofImage;
        }
        String seen = ofImage.substring(ofImage.indexOf('[') + 1, ofImage.lastIndexOf(']'));
        return """
                {"outputs":[{"frames":[{"index":0,"frame":0,"time_millis":0,"seen":%1$s},
                                       {"index":1,"frame":3,"time_millis":%2$s,"seen":%1$s}]}]}""".formatted(seen, sampleMillis);
    }

    private static String answer(String model) {
        return switch (model.substring(model.lastIndexOf('/') + 1)) {
            case "detector" -> FOUND;
            case "embedder" -> PLACED;
            default -> CATS;
        };
    }

    @Override
    public void stop() {
        worker.stop(0);
    }
}
