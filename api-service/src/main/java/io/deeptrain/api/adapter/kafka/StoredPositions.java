package io.deeptrain.api.adapter.kafka;

import io.deeptrain.api.adapter.postgres.Inbox;
import io.deeptrain.messaging.Partition;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Begins each partition where the database says that its effects end. What Kafka remembers of the group is not asked,
 * for it may be ahead of what was kept, or behind it.
 */
@ApplicationScoped
@Identifier("stored-positions")
public class StoredPositions implements KafkaConsumerRebalanceListener {
    private final Inbox inbox;
    private final Retrying retrying;

    StoredPositions(Inbox inbox, Retrying retrying) {
        this.inbox = inbox;
        this.retrying = retrying;
    }

    @Override
    public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        Map<Partition, Long> nextOffsets = retrying.untilDone("find the stored positions", inbox::nextOffsets);
        for (TopicPartition partition : partitions) {
            consumer.seek(
                    partition, nextOffsets.getOrDefault(new Partition(partition.topic(), partition.partition()), 0L));
        }
    }
}
