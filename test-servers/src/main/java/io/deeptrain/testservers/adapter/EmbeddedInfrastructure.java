package io.deeptrain.testservers.adapter;

import io.deeptrain.localservers.adapter.kafka.LocalKafka;
import io.deeptrain.localservers.adapter.kafka.LocalKafka.MissingTopics;
import io.deeptrain.localservers.adapter.postgres.LocalPostgres;
import io.deeptrain.localservers.adapter.postgres.ServerAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Child processes with their data below the module's build folder. They end with this JVM. */
final class EmbeddedInfrastructure implements TestServers.Infrastructure {
    private final LocalPostgres postgres;
    private final LocalKafka kafka;

    EmbeddedInfrastructure() {
        try {
            Path build = Path.of("target").toAbsolutePath();
            Files.createDirectories(build);
            Path folder = Files.createTempDirectory(build, "servers-");
            Path binaries = Path.of(
                    System.getProperty("java.io.tmpdir"), "deeptrain-postgres-" + System.getProperty("user.name"));
            postgres = LocalPostgres.start(folder.resolve("postgres"), binaries);
            // As most brokers are set, so that a service that asks for a topic before it is made is found out.
            kafka = LocalKafka.start(folder.resolve("kafka"), MissingTopics.ARE_MADE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the servers started", e);
        }
    }

    @Override
    public ServerAddress postgres() {
        return postgres.address();
    }

    @Override
    public String kafka() {
        return kafka.bootstrapServers();
    }
}
