package io.deeptrain.api.adapter.kafka;

import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.messaging.adapter.kafka.RelayThread;
import io.deeptrain.messaging.adapter.kafka.TopicSetup;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Publishes what lies in the outbox, for as long as the service runs. */
@ApplicationScoped
public class Publishing {
    private final DataSource dataSource;
    private final String bootstrapServers;
    private final Thread topicSetup;
    private volatile @Nullable RelayThread relay;

    Publishing(
            DataSource dataSource,
            Retrying retrying,
            MeterRegistry meters,
            @ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers,
            @ConfigProperty(name = "deeptrain.kafka.partitions", defaultValue = "8") int partitions,
            @ConfigProperty(name = "deeptrain.kafka.replication", defaultValue = "1") int replication) {
        this.dataSource = dataSource;
        this.bootstrapServers = bootstrapServers;
        // Kafka may come later than this service. The channels look for their topics again and again.
        this.topicSetup = Thread.ofPlatform()
                .name("topic-setup")
                .daemon()
                .unstarted(() -> retrying.untilDone("make the topics", () -> {
                    TopicSetup.ensure(bootstrapServers, partitions, replication);
                    return partitions;
                }));
        Gauge.builder("deeptrain.events.outbox.lag", this, Publishing::lagSeconds)
                .baseUnit("seconds")
                .description("Age of the oldest event that waits to be published")
                .register(meters);
    }

    void start(@Observes StartupEvent event) {
        topicSetup.start();
        relay = RelayThread.start(dataSource, Database.SCHEMA, bootstrapServers);
    }

    void stop(@Observes ShutdownEvent event) {
        Optional.ofNullable(relay).ifPresent(RelayThread::close);
    }

    private double lagSeconds() {
        return Optional.ofNullable(relay)
                .map(running -> running.backlog().oldestAge().toMillis() / 1000.0)
                .orElse(0.0);
    }
}
