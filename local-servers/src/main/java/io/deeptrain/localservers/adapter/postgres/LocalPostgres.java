package io.deeptrain.localservers.adapter.postgres;

import io.deeptrain.localservers.adapter.process.ChildJvm;
import io.deeptrain.localservers.adapter.process.FreePort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A PostgreSQL on this machine whose data survive it. It stops when the process that started it is gone. */
public final class LocalPostgres implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(90);
    private static final int TRIES_MAX = 3;
    private static final List<String> JVM_OPTIONS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-Xss512k");

    private final ChildJvm child;
    private final int port;

    private LocalPostgres(ChildJvm child, int port) {
        this.child = child;
        this.port = port;
    }

    /** Launches the server without waiting for it. */
    public static LocalPostgres launch(Path data, Path binaries, Path logs, int port) {
        ChildJvm child = ChildJvm.start(
                "postgres",
                logs,
                PostgresNode.class,
                JVM_OPTIONS,
                List.of(data.toString(), binaries.toString(), String.valueOf(port)));
        return new LocalPostgres(child, port);
    }

    /** Starts the server on a free port and waits until it serves. */
    public static LocalPostgres start(Path folder, Path binaries) throws InterruptedException {
        for (int tries = 0; ; tries++) {
            LocalPostgres postgres = launch(folder.resolve("data"), binaries, folder, FreePort.find());
            if (postgres.child.awaitReady(READY_MAX)) {
                return postgres;
            }
            postgres.close();
            if (tries == TRIES_MAX) {
                throw new IllegalStateException("PostgreSQL did not start, see " + postgres.child.log());
            }
        }
    }

    /** Stops the server that runs on the data folder, if one does, though nobody watches it any more. */
    public static void stopOrphan(Path data) {
        Postmaster.of(data).ifPresent(Postmaster::stop);
    }

    public ChildJvm child() {
        return child;
    }

    public ServerAddress address() {
        return new ServerAddress("127.0.0.1", port, "postgres", "postgres");
    }

    @Override
    public void close() {
        child.close();
    }
}
