package io.deeptrain.api.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A folder for objects, a first key, a certificate, and a worker that sees cats everywhere: with a model that is stored
 * as a detector it finds them, with one that is stored as an embedder it places them.
 */
public final class Surroundings implements QuarkusTestResourceLifecycleManager {
    static final String KEY = "the-first-key";

    private static final String CATS = """
            {"outputs":[{"concepts":[{"id":"dog","value":0.1},{"id":"cat","value":0.9}]}]}""";

    private static final String FOUND = """
            {"outputs":[{"regions":[
              {"concept":{"id":"dog","value":0.1},"top":0.5,"left":0.0,"bottom":1.0,"right":0.25},
              {"concept":{"id":"dog","value":0.3},"top":0.0,"left":0.25,"bottom":0.5,"right":0.75},
              {"concept":{"id":"cat","value":0.9},"top":0.0,"left":0.25,"bottom":0.5,"right":0.75}]}]}""";

    private static final String PLACED = """
            {"outputs":[{"embedding":[0.6,0.0,-0.8]}]}""";

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
            byte[] answer = answer(asked.at("/model/key").asText()).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        worker.start();
        Certificates certificates = Certificates.made();
        try {
            return Map.of(
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
                    "http://127.0.0.1:" + worker.getAddress().getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
