package io.deeptrain.benchmarks.adapter.http;

import io.deeptrain.cli.images.ImageSets;
import io.deeptrain.cli.images.LabelledImage;
import io.deeptrain.event.Completion;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.localservers.adapter.process.FreePort;
import io.deeptrain.localservers.adapter.process.Waiting;
import io.deeptrain.objects.ObjectStores;
import io.deeptrain.worker.adapter.objects.ObjectArchive;
import io.deeptrain.worker.artifact.Publication;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.artifact.TrainingRecord;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.evaluation.ImageReport;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.objective.Objective;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * How long a worker takes to say what a model sees: requests with one image each, from clients that ask again as soon
 * as they have their answer. The reference is the same worker with batches of one image.
 */
public final class PredictionsBenchmark {
    private static final Duration READY_MAX = Duration.ofMinutes(2);
    private static final List<Integer> CLIENTS = List.of(1, 8, 32);
    private static final int IMAGES = 100;
    private static final int SIZE = 32;
    private static final int SHARED = 32;
    private static final long WARM_UP_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long ROUND_NANOS = Duration.ofSeconds(10).toNanos();
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private PredictionsBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        String architecture = arguments.length > 0 ? arguments[0] : "cifar-resnet-20";
        Path folder = Files.createTempDirectory("deeptrain-benchmark");
        StoredObject model = published(folder, architecture);
        List<String> bodies = bodies(model);
        try (Worker shared = Worker.start(folder, SHARED);
                Worker single = Worker.start(folder, 1)) {
            for (int clients : CLIENTS) {
                asked(shared, bodies, clients, WARM_UP_NANOS);
                asked(single, bodies, clients, WARM_UP_NANOS);
                System.out.printf(
                        "%s, %d clients%n  measured   %s%n  reference  %s%n",
                        architecture,
                        clients,
                        report(asked(shared, bodies, clients, ROUND_NANOS)),
                        report(asked(single, bodies, clients, ROUND_NANOS)));
            }
        }
    }

    private static StoredObject published(Path folder, String architecture) throws IOException {
        List<String> digits = IntStream.range(0, 10).mapToObj(Integer::toString).toList();
        Network network = Architectures.named(architecture, digits.size())
                .orElseThrow(() -> new IllegalArgumentException(architecture));
        ImageReport report = new ImageReport(Split.TEST, 0, 0, List.of(), List.of(), List.of());
        TrainingSpec spec = new TrainingSpec(
                "visual-classifier",
                "classification_cifar10_v1",
                Map.of(),
                digits,
                new StoredObject("manifest", "ab".repeat(32), 1),
                1,
                0,
                1,
                1);
        TrainedModel model = new TrainedModel(
                architecture,
                digits,
                SIZE,
                new Objective.Classification(Activation.SOFTMAX),
                InitialWeights.of(network, 1, Set.of()));
        return new ObjectArchive(ObjectStores.open(folder.toUri()))
                .publish(
                        new AttemptId(new JobId("benchmark"), new FencingToken(1)),
                        new Publication(
                                model,
                                report,
                                new TrainingRecord(
                                        spec,
                                        1,
                                        0,
                                        0,
                                        Collections.nCopies(digits.size(), 1),
                                        0,
                                        1,
                                        1,
                                        Completion.ALL_EPOCHS,
                                        report.metrics())));
    }

    private static List<String> bodies(StoredObject model) throws IOException {
        List<String> bodies = new ArrayList<>();
        for (LabelledImage image : ImageSets.digits().first(IMAGES, 0).training()) {
            bodies.add("""
                    {"model":{"key":"%s","sha256":"%s","size_bytes":%d},"images":[{"base64":"%s"}],"max_concepts":3}""".formatted(
                            model.key(),
                            model.sha256(),
                            model.sizeBytes(),
                            Base64.getEncoder().encodeToString(image.content().read())));
        }
        return bodies;
    }

    /** What every request took, in ascending order. */
    private static long[] asked(Worker worker, List<String> bodies, int clients, long nanos) throws Exception {
        long end = System.nanoTime() + nanos;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Long>>> asking = IntStream.range(0, clients)
                    .mapToObj(client -> threads.submit(() -> {
                        List<Long> taken = new ArrayList<>();
                        for (int n = client; System.nanoTime() < end; n++) {
                            long begun = System.nanoTime();
                            worker.ask(bodies.get(n % bodies.size()));
                            taken.add(System.nanoTime() - begun);
                        }
                        return taken;
                    }))
                    .toList();
            List<Long> all = new ArrayList<>();
            for (Future<List<Long>> client : asking) {
                all.addAll(client.get());
            }
            return all.stream().mapToLong(Long::longValue).sorted().toArray();
        }
    }

    private static String report(long[] taken) {
        return "p50 %.1f ms, p99 %.1f ms, %,.0f images a second"
                .formatted(
                        taken[taken.length / 2] / NANOS_PER_MILLI,
                        taken[(int) (taken.length * 0.99)] / NANOS_PER_MILLI,
                        taken.length * NANOS_PER_SECOND / ROUND_NANOS);
    }

    /** A worker from its jar; to answer it needs no broker. */
    private record Worker(Process process, HttpClient http, URI predictions, URI ready) implements AutoCloseable {
        static Worker start(Path folder, int batch) throws IOException, InterruptedException {
            int port = FreePort.find();
            ProcessBuilder builder = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx512m",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-jar",
                            "gpu-worker/target/quarkus-app/quarkus-run.jar"))
                    .redirectErrorStream(true)
                    .redirectOutput(
                            folder.resolve("worker-%d.log".formatted(batch)).toFile());
            builder.environment()
                    .putAll(Map.of(
                            "KAFKA_BOOTSTRAP_SERVERS",
                            "127.0.0.1:1",
                            "DEEPTRAIN_OBJECTS",
                            folder.toUri().toString(),
                            "DEEPTRAIN_WORKER_ID",
                            "benchmark-" + batch,
                            "DEEPTRAIN_WORKER_PREDICTION_BATCH",
                            Integer.toString(batch),
                            "QUARKUS_HTTP_HOST",
                            "127.0.0.1",
                            "QUARKUS_HTTP_PORT",
                            Integer.toString(port)));
            URI base = URI.create("http://127.0.0.1:" + port);
            Worker worker = new Worker(
                    builder.start(),
                    HttpClient.newHttpClient(),
                    base.resolve("/predictions"),
                    base.resolve("/q/health/live"));
            Waiting.until(worker::isThere, READY_MAX);
            return worker;
        }

        private boolean isThere() {
            try {
                return http.send(HttpRequest.newBuilder(ready).build(), HttpResponse.BodyHandlers.discarding())
                                .statusCode()
                        == 200;
            } catch (IOException notYet) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        void ask(String body) throws IOException, InterruptedException {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(predictions)
                            .header("content-type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200 || !response.body().contains("concepts")) {
                throw new IllegalStateException("answered %d: %s".formatted(response.statusCode(), response.body()));
            }
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }
}
