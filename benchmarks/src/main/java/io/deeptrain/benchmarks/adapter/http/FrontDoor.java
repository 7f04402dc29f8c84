package io.deeptrain.benchmarks.adapter.http;

import io.deeptrain.localservers.RolePasswords;
import io.deeptrain.localservers.ServiceSchema;
import io.deeptrain.localservers.adapter.kafka.LocalKafka;
import io.deeptrain.localservers.adapter.postgres.LocalPostgres;
import io.deeptrain.localservers.adapter.postgres.ServerAddress;
import io.deeptrain.localservers.adapter.process.FreePort;
import io.deeptrain.localservers.adapter.process.Waiting;
import io.deeptrain.standalone.Home;
import io.deeptrain.standalone.Part;
import io.deeptrain.standalone.ServicePlan;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** The front door, from its jar and with local mode's settings, on a real PostgreSQL and a real broker of its own. */
final class FrontDoor implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofMinutes(2);
    private static final String KEY = "benchmark-key-of-this-run-only";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Home home;
    private final Map<String, String> passwords;
    private final LocalPostgres postgres;
    private final LocalKafka kafka;
    private final Process service;
    private final URI base;

    private FrontDoor(
            Home home,
            Map<String, String> passwords,
            LocalPostgres postgres,
            LocalKafka kafka,
            Process service,
            URI base) {
        this.home = home;
        this.passwords = passwords;
        this.postgres = postgres;
        this.kafka = kafka;
        this.service = service;
        this.base = base;
    }

    /** Returns when it answers. */
    static FrontDoor open() throws IOException, InterruptedException, SQLException {
        Home home = new Home(Files.createTempDirectory("deeptrain-benchmark"));
        Files.createDirectories(home.objects());
        Map<String, String> passwords = new HashMap<>();
        for (ServiceSchema service : ServiceSchema.values()) {
            passwords.put(service.ownerRole(), service.ownerRole());
            passwords.put(service.runtimeRole(), service.runtimeRole());
        }
        LocalPostgres postgres = LocalPostgres.start(home.postgres(), home.postgresBinaries());
        LocalKafka kafka = LocalKafka.start(home.kafka());
        postgres.address().prepare("deeptrain", new RolePasswords(passwords));
        Map<Part, Integer> ports = new EnumMap<>(Part.class);
        ports.put(Part.POSTGRES, postgres.address().port());
        ports.put(Part.KAFKA, URI.create("kafka://" + kafka.bootstrapServers()).getPort());
        ports.put(Part.API_SERVICE, FreePort.find());
        ports.put(Part.SCHEDULER, FreePort.find());
        ports.put(Part.GPU_WORKER, FreePort.find());
        ServicePlan plan = new ServicePlan(home, Path.of("").toAbsolutePath(), ports, passwords, KEY);
        ProcessBuilder builder = new ProcessBuilder(plan.command(Part.API_SERVICE));
        builder.environment().putAll(plan.environment(Part.API_SERVICE));
        // What is measured is how fast it can be, not how fast one app may make it.
        builder.environment().put("DEEPTRAIN_SUBMISSIONS_PER_SECOND", "100000");
        builder.environment().put("DEEPTRAIN_SUBMISSIONS_WAITING_MAX", "10000000");
        Process service = builder.redirectErrorStream(true)
                .redirectOutput(home.folder().resolve("api-service.log").toFile())
                .start();
        FrontDoor door = new FrontDoor(
                home,
                passwords,
                postgres,
                kafka,
                service,
                URI.create("http://127.0.0.1:" + plan.port(Part.API_SERVICE)));
        Waiting.until(door::isReady, READY_MAX);
        return door;
    }

    Path folder() {
        return home.folder();
    }

    ServerAddress database() {
        return postgres.address();
    }

    Map<String, String> passwords() {
        return Map.copyOf(passwords);
    }

    String post(String path, String body) throws IOException, InterruptedException {
        return send("POST", path, body);
    }

    String get(String path) throws IOException, InterruptedException {
        return send("GET", path, "");
    }

    private String send(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("authorization", "Key " + KEY)
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

    private boolean isReady() {
        try {
            HttpRequest look =
                    HttpRequest.newBuilder(base.resolve("/q/health/ready")).build();
            return http.send(look, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        service.destroy();
        service.onExit().join();
        kafka.close();
        postgres.close();
    }
}
