package io.deeptrain.api.acceptance;

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

/** A folder for objects, a first key, a certificate, and a worker that sees cats everywhere. */
public final class Surroundings implements QuarkusTestResourceLifecycleManager {
    static final String KEY = "the-first-key";

    private static final byte[] CATS = """
            {"outputs":[{"concepts":[{"id":"dog","value":0.1},{"id":"cat","value":0.9}]}]}""".getBytes(StandardCharsets.UTF_8);

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
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, CATS.length);
            exchange.getResponseBody().write(CATS);
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

    @Override
    public void stop() {
        worker.stop(0);
    }
}
