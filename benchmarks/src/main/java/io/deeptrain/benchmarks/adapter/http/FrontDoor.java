package io.deeptrain.benchmarks.adapter.http;

import io.deeptrain.benchmarks.adapter.platform.Platform;
import io.deeptrain.benchmarks.adapter.platform.Service;
import io.deeptrain.localservers.adapter.postgres.ServerAddress;
import io.deeptrain.standalone.Part;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;

/** The front door on a real PostgreSQL and a real broker of its own. */
final class FrontDoor implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final Platform platform;
    private final Service service;

    private FrontDoor(Platform platform, Service service) {
        this.platform = platform;
        this.service = service;
    }

    /** Returns when it answers. */
    static FrontDoor open() throws IOException, InterruptedException, SQLException {
        Platform platform = Platform.open();
        // What is measured is how fast it can be, not how fast one app may make it.
        Map<String, String> unlimited =
                Map.of("DEEPTRAIN_SUBMISSIONS_PER_SECOND", "100000", "DEEPTRAIN_SUBMISSIONS_WAITING_MAX", "10000000");
        return new FrontDoor(
                platform, platform.start(Part.API_SERVICE, unlimited).awaitReady());
    }

    Path folder() {
        return platform.folder();
    }

    ServerAddress database() {
        return platform.database();
    }

    Map<String, String> passwords() {
        return platform.passwords();
    }

    String post(String path, String body) throws IOException, InterruptedException {
        return send("POST", path, body);
    }

    String get(String path) throws IOException, InterruptedException {
        return send("GET", path, "");
    }

    private String send(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(service.base().resolve(path))
                        .header("authorization", "Key " + Platform.KEY)
                        .header("content-type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IllegalStateException(
                    "%s answered %d: %s".formatted(path, response.statusCode(), response.body()));
        }
        return response.body();
    }

    @Override
    public void close() throws IOException {
        service.close();
        platform.close();
    }
}
