package io.deeptrain.billing.adapter.kafka;

import io.deeptrain.messaging.adapter.kafka.RelayThread;
import io.deeptrain.messaging.adapter.kafka.TopicSetup;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Publishes what lies in billing's outbox, for as long as the service runs. */
@ApplicationScoped
public class Publishing {
    /** The part of the database that billing owns. */
    public static final String SCHEMA = "billing";

    private final DataSource dataSource;
    private final Retrying retrying;
    private final String bootstrapServers;
    private final int partitions;
    private final int replication;
    private volatile @Nullable RelayThread relay;

    Publishing(
            DataSource dataSource,
            Retrying retrying,
            @ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers,
            @ConfigProperty(name = "deeptrain.kafka.partitions", defaultValue = "8") int partitions,
            @ConfigProperty(name = "deeptrain.kafka.replication", defaultValue = "1") int replication) {
        this.dataSource = dataSource;
        this.retrying = retrying;
        this.bootstrapServers = bootstrapServers;
        this.partitions = partitions;
        this.replication = replication;
    }

    void start(@Observes StartupEvent event) {
        // Kafka may come later than this service. The channels look for their topics again and again.
        Thread.ofPlatform()
                .name("topic-setup")
                .daemon()
                .start(() -> retrying.untilDone("make the topics", () -> {
                    TopicSetup.ensure(bootstrapServers, partitions, replication);
                    return partitions;
                }));
        relay = RelayThread.start(dataSource, SCHEMA, bootstrapServers);
    }

    void stop(@Observes ShutdownEvent event) {
        RelayThread running = relay;
        if (running != null) {
            running.close();
        }
    }
}
