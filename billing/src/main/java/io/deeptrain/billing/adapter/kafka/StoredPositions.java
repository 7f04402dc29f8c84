package io.deeptrain.billing.adapter.kafka;

import io.deeptrain.messaging.Partition;
import io.deeptrain.messaging.adapter.postgres.PostgresOffsets;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Begins each partition where the database says that its effects end. What Kafka remembers of the group is not asked,
 * for it may be ahead of what was kept, or behind it.
 */
@ApplicationScoped
@Identifier("stored-positions")
public class StoredPositions implements KafkaConsumerRebalanceListener {
    private static final Logger LOG = Logger.getLogger(StoredPositions.class);

    private final DataSource dataSource;
    private final Retrying retrying;

    StoredPositions(DataSource dataSource, Retrying retrying) {
        this.dataSource = dataSource;
        this.retrying = retrying;
    }

    @Override
    public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        Map<Partition, Long> nextOffsets = retrying.untilDone("find the stored positions", this::load);
        for (TopicPartition partition : partitions) {
            long next = nextOffsets.getOrDefault(new Partition(partition.topic(), partition.partition()), 0L);
            LOG.infof("reading %s from offset %d", partition, next);
            consumer.seek(partition, next);
        }
    }

    private Map<Partition, Long> load() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return new PostgresOffsets(Publishing.SCHEMA).load(connection);
        }
    }
}
