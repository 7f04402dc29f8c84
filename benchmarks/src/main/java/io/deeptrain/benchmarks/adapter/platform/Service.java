package io.deeptrain.benchmarks.adapter.platform;

import io.deeptrain.localservers.adapter.process.Waiting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** A service as a process of its own. */
public final class Service implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofMinutes(2);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final URI base;

    Service(Process process, URI base) {
        this.process = process;
        this.base = base;
    }

    public URI base() {
        return base;
    }

    /** Returns when it says that it is ready. */
    public Service awaitReady() throws InterruptedException {
        if (!Waiting.until(() -> statusOf("/q/health/ready") == 200, READY_MAX)) {
            throw new IllegalStateException("not ready within %s: %s".formatted(READY_MAX, base));
        }
        return this;
    }

    /** The status that a GET answers with; 0 if nobody answers. */
    public int statusOf(String path) {
        try {
            HttpRequest look = HttpRequest.newBuilder(base.resolve(path)).build();
            return HTTP.send(look, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException notYet) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /** As {@code kill -9} does. Returns when it is dead. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
