package io.deeptrain.worker;

import io.deeptrain.testservers.adapter.TestServers;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged worker in a process of its own, which prints what it logs. */
final class WorkerChild implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("Listening on: http://127\\.0\\.0\\.1:(\\d+)");
    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 40;

    private final Process process;
    private final CompletableFuture<Integer> port = new CompletableFuture<>();

    private WorkerChild(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::echo);
    }

    static WorkerChild start(String workerId, String bootstrapServers, URI objects) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx512m",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-jar",
                        System.getProperty("worker.application")))
                .redirectErrorStream(true);
        builder.environment().putAll(TestServers.s3Credentials());
        builder.environment()
                .putAll(Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS",
                        bootstrapServers,
                        "DEEPTRAIN_OBJECTS",
                        objects.toString(),
                        "DEEPTRAIN_WORKER_ID",
                        workerId,
                        "QUARKUS_HTTP_HOST",
                        "127.0.0.1",
                        "QUARKUS_HTTP_PORT",
                        "0",
                        "DJL_CACHE_DIR",
                        System.getProperty("djl.cache"),
                        "OMP_NUM_THREADS",
                        "1"));
        return new WorkerChild(builder.start());
    }

    private void echo() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println("worker | " + line);
                Matcher listening = LISTENING.matcher(line);
                if (listening.find()) {
                    port.complete(Integer.parseInt(listening.group(1)));
                }
            }
        } catch (IOException ended) {
            port.completeExceptionally(ended);
        }
    }

    int port() throws InterruptedException, ExecutionException, TimeoutException {
        return port.get(START_SECONDS, TimeUnit.SECONDS);
    }

    /** As Kubernetes does it. */
    void terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the worker did not end within " + STOP_SECONDS + " s");
        }
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
