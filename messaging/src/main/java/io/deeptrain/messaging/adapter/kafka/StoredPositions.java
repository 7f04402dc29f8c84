package io.deeptrain.messaging.adapter.kafka;

import io.deeptrain.messaging.Partition;
import io.deeptrain.messaging.adapter.postgres.PostgresOffsets;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Begins each partition where the database says that its effects end. What Kafka remembers of the group is not asked,
 * for it may be ahead of what was kept, or behind it.
 */
public final class StoredPositions {
    private static final Logger LOG = System.getLogger(StoredPositions.class.getName());

    private final DataSource dataSource;
    private final PostgresOffsets offsets;
    private final Retrying retrying;

    public StoredPositions(DataSource dataSource, String schema, Retrying retrying) {
        this.dataSource = dataSource;
        this.offsets = new PostgresOffsets(schema);
        this.retrying = retrying;
    }

    /** To be called when the group gives these partitions to the consumer, before it reads them. */
    public void seek(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        Map<Partition, Long> nextOffsets = retrying.untilDone("find the stored positions", this::load);
        for (TopicPartition partition : partitions) {
            long next = nextOffsets.getOrDefault(new Partition(partition.topic(), partition.partition()), 0L);
            LOG.log(Level.INFO, "reading {0} from offset {1}", partition, Long.toString(next));
            consumer.seek(partition, next);
        }
    }

    private Map<Partition, Long> load() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return offsets.load(connection);
        }
    }
}
