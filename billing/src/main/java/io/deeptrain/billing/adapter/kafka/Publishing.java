package io.deeptrain.billing.adapter.kafka;

import io.deeptrain.messaging.adapter.kafka.RelayThread;
import io.deeptrain.messaging.adapter.kafka.Retrying;
import io.deeptrain.messaging.adapter.kafka.TopicSetup;
import io.deeptrain.messaging.adapter.micrometer.BuildInfo;
import io.deeptrain.messaging.adapter.micrometer.OutboxLag;
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
    /** The part of the database that billing owns. */
    public static final String SCHEMA = "billing";

    private final DataSource dataSource;
    private final Retrying retrying;
    private final MeterRegistry meters;
    private final String bootstrapServers;
    private final int partitions;
    private final int replication;
    private volatile @Nullable RelayThread relay;

    Publishing(
            DataSource dataSource,
            Retrying retrying,
            MeterRegistry meters,
            @ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers,
            @ConfigProperty(name = "deeptrain.kafka.partitions", defaultValue = "8") int partitions,
            @ConfigProperty(name = "deeptrain.kafka.replication", defaultValue = "1") int replication,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        BuildInfo.register(meters, "billing", version);
        this.dataSource = dataSource;
        this.retrying = retrying;
        this.meters = meters;
        this.bootstrapServers = bootstrapServers;
        this.partitions = partitions;
        this.replication = replication;
    }

    void start(@Observes StartupEvent event) {
        // The channels look for their topics again and again until they are there.
        TopicSetup.ensureInBackground(bootstrapServers, partitions, replication, retrying);
        RelayThread started = RelayThread.start(dataSource, SCHEMA, bootstrapServers);
        OutboxLag.register(meters, started::backlog);
        relay = started;
    }

    void stop(@Observes ShutdownEvent event) {
        Optional.ofNullable(relay).ifPresent(RelayThread::close);
    }
}
