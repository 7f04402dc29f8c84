package io.deeptrain.benchmarks.adapter.http;

import io.deeptrain.benchmarks.measure.Rounds;
import io.deeptrain.localservers.RolePasswords;
import io.deeptrain.localservers.ServiceSchema;
import io.deeptrain.localservers.adapter.kafka.LocalKafka;
import io.deeptrain.localservers.adapter.postgres.LocalPostgres;
import io.deeptrain.localservers.adapter.process.FreePort;
import io.deeptrain.localservers.adapter.process.Waiting;
import io.deeptrain.standalone.Home;
import io.deeptrain.standalone.Part;
import io.deeptrain.standalone.ServicePlan;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/**
 * Trainings submitted in a second through REST, against what {@code pgbench} reaches with the same SQL on the same
 * database and as many connections. The front door runs from its jar, with a real PostgreSQL and a real broker.
 */
public final class SubmissionsBenchmark {
    private static final int CLIENTS = 8;
    private static final int INPUTS = 20;
    private static final int SECONDS = 8;
    private static final int ROUNDS = 3;
    private static final Duration READY_MAX = Duration.ofMinutes(2);
    private static final String KEY = "benchmark-key-of-this-run-only";
    private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+)");

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI base;
    private final Path script;
    private final int databasePort;

    private SubmissionsBenchmark(URI base, Path script, int databasePort) {
        this.base = base;
        this.script = script;
        this.databasePort = databasePort;
    }

    public static void main(String[] arguments) throws Exception {
        Home home = new Home(Files.createTempDirectory("deeptrain-benchmark"));
        Files.createDirectories(home.objects());
        Map<String, String> passwords = passwords();
        try (LocalPostgres postgres = LocalPostgres.start(home.postgres(), home.postgresBinaries());
                LocalKafka kafka = LocalKafka.start(home.kafka())) {
            postgres.address().prepare("deeptrain", new RolePasswords(passwords));
            Map<Part, Integer> ports = new EnumMap<>(Part.class);
            ports.put(Part.POSTGRES, postgres.address().port());
            ports.put(Part.KAFKA, portOf(kafka));
            ports.put(Part.API_SERVICE, FreePort.find());
            ports.put(Part.GPU_WORKER, FreePort.find());
            ServicePlan plan = new ServicePlan(home, Path.of("").toAbsolutePath(), ports, passwords, KEY);
            ProcessBuilder builder = new ProcessBuilder(plan.command(Part.API_SERVICE));
            builder.environment().putAll(plan.environment(Part.API_SERVICE));
            Process service = builder.redirectErrorStream(true)
                    .redirectOutput(home.folder().resolve("api-service.log").toFile())
                    .start();
            try {
                SubmissionsBenchmark benchmark = new SubmissionsBenchmark(
                        URI.create("http://127.0.0.1:" + plan.port(Part.API_SERVICE)),
                        copyOfScript(home),
                        postgres.address().port());
                benchmark.prepare();
                System.out.print(Rounds.of(1, ROUNDS, benchmark::throughRest, () -> benchmark.throughPgbench(passwords))
                        .report("submissions"));
            } finally {
                service.destroy();
                service.waitFor();
            }
        }
    }

    private static Map<String, String> passwords() {
        Map<String, String> passwords = new HashMap<>();
        for (ServiceSchema service : ServiceSchema.values()) {
            passwords.put(service.ownerRole(), service.ownerRole());
            passwords.put(service.runtimeRole(), service.runtimeRole());
        }
        return passwords;
    }

    private static int portOf(LocalKafka kafka) {
        return URI.create("kafka://" + kafka.bootstrapServers()).getPort();
    }

    private static Path copyOfScript(Home home) throws IOException {
        Path copy = home.folder().resolve("submission.sql");
        try (InputStream script = Objects.requireNonNull(
                SubmissionsBenchmark.class.getResourceAsStream("/io/deeptrain/benchmarks/submission.sql"))) {
            Files.copy(script, copy);
        }
        return copy;
    }

    private void prepare() throws IOException, InterruptedException {
        Waiting.until(this::isReady, READY_MAX);
        post("/v2/users/me/apps", "{\"apps\":[{\"id\":\"bench\"}]}");
        List<String> inputs = new ArrayList<>();
        for (int i = 0; i < INPUTS; i++) {
            inputs.add("{\"id\":\"%d\",\"data\":{\"image\":{\"base64\":\"%s\"},\"concepts\":[{\"id\":\"%s\"}]}}"
                    .formatted(i, image(i), i % 2 == 0 ? "even" : "odd"));
        }
        post("/v2/users/me/apps/bench/inputs", "{\"inputs\":[" + String.join(",", inputs) + "]}");
        post("/v2/users/me/apps/bench/models", """
                {"model":{"id":"m","model_type_id":"visual-classifier",
                 "train_info":{"params":{"template":"classification_cifar10_v1"}},
                 "output_info":{"data":{"concepts":[{"id":"even"},{"id":"odd"}]}}}}
                """);
    }

    private static String image(int shade) throws IOException {
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, shade);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return Base64.getEncoder().encodeToString(png.toByteArray());
    }

    private boolean isReady() {
        try {
            return http.send(
                                    HttpRequest.newBuilder(base.resolve("/q/health/ready"))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void post(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("authorization", "Key " + KEY)
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IllegalStateException(
                    "%s answered %d: %s".formatted(path, response.statusCode(), response.body()));
        }
    }

    private double throughRest() throws InterruptedException {
        AtomicLong submitted = new AtomicLong();
        long startedNanos = System.nanoTime();
        long endNanos = startedNanos + Duration.ofSeconds(SECONDS).toNanos();
        List<Thread> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            clients.add(Thread.ofVirtual().start(() -> submitUntil(endNanos, submitted)));
        }
        for (Thread client : clients) {
            client.join();
        }
        return submitted.get() / ((System.nanoTime() - startedNanos) / 1e9);
    }

    private void submitUntil(long endNanos, AtomicLong submitted) {
        try {
            while (System.nanoTime() < endNanos) {
                post("/v2/users/me/apps/bench/models/m/versions", "");
                submitted.incrementAndGet();
            }
        } catch (IOException e) {
            throw new IllegalStateException("a submission failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private double throughPgbench(Map<String, String> passwords) throws IOException, InterruptedException {
        String role = ServiceSchema.API.runtimeRole();
        ProcessBuilder builder = new ProcessBuilder(
                "pgbench",
                "--no-vacuum",
                "--file",
                script.toString(),
                "--client",
                String.valueOf(CLIENTS),
                "--jobs",
                "2",
                "--time",
                String.valueOf(SECONDS),
                "--protocol",
                "prepared",
                "--host",
                "127.0.0.1",
                "--port",
                String.valueOf(databasePort),
                "--username",
                role,
                "deeptrain");
        builder.environment().put("PGPASSWORD", Objects.requireNonNull(passwords.get(role)));
        Process pgbench = builder.redirectErrorStream(true).start();
        String output = new String(pgbench.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher rate = RATE.matcher(output);
        if (pgbench.waitFor() != 0 || !rate.find()) {
            throw new IllegalStateException("pgbench ended with status %d: %s".formatted(pgbench.exitValue(), output));
        }
        return Double.parseDouble(rate.group(1));
    }
}
