package io.deeptrain.api.adapter.kafka;

import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.messaging.adapter.kafka.Retrying;
import io.deeptrain.messaging.adapter.kafka.StoredPositions;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Begins each partition that a channel is given where the database says. */
@ApplicationScoped
@Identifier("stored-positions")
public class Rebalancing implements KafkaConsumerRebalanceListener {
    private final StoredPositions positions;

    Rebalancing(DataSource dataSource, Retrying retrying) {
        this.positions = new StoredPositions(dataSource, Database.SCHEMA, retrying);
    }

    @Override
    public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        positions.seek(consumer, partitions);
    }
}
