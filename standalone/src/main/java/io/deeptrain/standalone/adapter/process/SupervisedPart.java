package io.deeptrain.standalone.adapter.process;

import io.deeptrain.standalone.Part;
import io.deeptrain.standalone.RestartPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** One process of the platform that is started again when it dies. */
final class SupervisedPart {
    /** Starts the process without waiting until it serves. */
    @FunctionalInterface
    interface Starter {
        Process start() throws IOException;
    }

    private final Part part;
    private final int port;
    private final Starter starter;
    private Process process;
    private RestartPolicy policy = RestartPolicy.fresh();
    private long startedNanos = System.nanoTime();
    private boolean deathSeen;
    private long restartAtNanos;

    SupervisedPart(Part part, int port, Starter starter) throws IOException {
        this.part = part;
        this.port = port;
        this.starter = starter;
        this.process = starter.start();
    }

    Part part() {
        return part;
    }

    int port() {
        return port;
    }

    Process process() {
        return process;
    }

    /** Looks after the process. Returns whether it was started again. */
    boolean restartIfDead() throws IOException {
        if (process.isAlive()) {
            return false;
        }
        long now = System.nanoTime();
        if (!deathSeen) {
            deathSeen = true;
            policy = policy.died(Duration.ofNanos(now - startedNanos));
            restartAtNanos = now + policy.pause().toNanos();
        }
        if (now - restartAtNanos < 0) {
            return false;
        }
        deathSeen = false;
        startedNanos = now;
        process = starter.start();
        return true;
    }

    /** Asks the process to stop, and kills it when it does not within the limit. */
    void stop(Duration limit) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
