package io.deeptrain.localservers.adapter.postgres;

import io.deeptrain.localservers.adapter.process.ChildJvm;
import io.deeptrain.localservers.adapter.process.Parent;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The child process that starts PostgreSQL, watches it and stops it. Arguments: data folder, folder of the binaries,
 * port.
 *
 * <p>It ends with the server, so that whoever watches the child learns of the server's death; and it stops the server
 * when its own parent is gone.
 */
public final class PostgresNode {
    private static final Duration START_MAX = Duration.ofSeconds(60);

    private PostgresNode() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path data = Path.of(arguments[0]);
        Path binaries = Path.of(arguments[1]);
        Files.createDirectories(binaries);
        Postmaster.of(data).ifPresent(Postmaster::stop);
        EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setPort(Integer.parseInt(arguments[2]))
                .setPGStartupWait(START_MAX)
                .setDataDirectory(data.toFile())
                .setCleanDataDirectory(false)
                .setOverrideWorkingDirectory(binaries.toFile())
                .setRegisterShutdownHook(false)
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("shared_buffers", "64MB")
                .setServerConfig("max_connections", "100")
                .start();
        Postmaster postmaster =
                Postmaster.of(data).orElseThrow(() -> new IllegalStateException("no server process in " + data));
        Runtime.getRuntime().addShutdownHook(new Thread(postmaster::stop));
        Parent.exitWithIt();
        ChildJvm.reportReady();
        postmaster.awaitEnd();
        server.close();
        System.exit(1);
    }
}
