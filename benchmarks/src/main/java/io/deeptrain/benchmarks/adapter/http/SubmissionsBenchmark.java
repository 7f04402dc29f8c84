package io.deeptrain.benchmarks.adapter.http;

import io.deeptrain.benchmarks.measure.Rounds;
import io.deeptrain.localservers.ServiceSchema;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
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
    private static final int WARM_UPS = 2;
    private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+)");

    private final FrontDoor door;
    private final Path script;

    private SubmissionsBenchmark(FrontDoor door, Path script) {
        this.door = door;
        this.script = script;
    }

    public static void main(String[] arguments) throws Exception {
        try (FrontDoor door = FrontDoor.open()) {
            SubmissionsBenchmark benchmark = new SubmissionsBenchmark(door, copyOfScript(door.folder()));
            benchmark.prepare();
            System.out.print(Rounds.of(WARM_UPS, ROUNDS, benchmark::throughRest, benchmark::throughPgbench)
                    .report("submissions"));
        }
    }

    private static Path copyOfScript(Path folder) throws IOException {
        Path copy = folder.resolve("submission.sql");
        try (InputStream script = Objects.requireNonNull(
                SubmissionsBenchmark.class.getResourceAsStream("/io/deeptrain/benchmarks/submission.sql"))) {
            Files.copy(script, copy);
        }
        return copy;
    }

    private void prepare() throws IOException, InterruptedException {
        door.post("/v2/users/me/apps", "{\"apps\":[{\"id\":\"bench\"}]}");
        List<String> inputs = new ArrayList<>();
        for (int i = 0; i < INPUTS; i++) {
            inputs.add("{\"id\":\"%d\",\"data\":{\"image\":{\"base64\":\"%s\"},\"concepts\":[{\"id\":\"%s\"}]}}"
                    .formatted(i, image(i), i % 2 == 0 ? "even" : "odd"));
        }
        door.post("/v2/users/me/apps/bench/inputs", "{\"inputs\":[" + String.join(",", inputs) + "]}");
        door.post("/v2/users/me/apps/bench/models", """
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
                door.post("/v2/users/me/apps/bench/models/m/versions", "");
                submitted.incrementAndGet();
            }
        } catch (IOException e) {
            throw new IllegalStateException("a submission failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private double throughPgbench() throws IOException, InterruptedException {
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
                String.valueOf(door.database().port()),
                "--username",
                role,
                "deeptrain");
        builder.environment()
                .put("PGPASSWORD", Objects.requireNonNull(door.passwords().get(role)));
        Process pgbench = builder.redirectErrorStream(true).start();
        String output = new String(pgbench.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher rate = RATE.matcher(output);
        if (pgbench.waitFor() != 0 || !rate.find()) {
            throw new IllegalStateException("pgbench ended with status %d: %s".formatted(pgbench.exitValue(), output));
        }
        return Double.parseDouble(rate.group(1));
    }
}
