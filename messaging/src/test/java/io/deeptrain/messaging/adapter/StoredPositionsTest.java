package io.deeptrain.messaging.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.messaging.Position;
import io.deeptrain.messaging.adapter.kafka.Retrying;
import io.deeptrain.messaging.adapter.kafka.StoredPositions;
import io.deeptrain.messaging.adapter.postgres.PostgresOffsets;
import java.sql.Connection;
import java.util.List;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class StoredPositionsTest {
    private static final TopicPartition READ = new TopicPartition("deeptrain.jobs", 0);
    private static final TopicPartition NEW = new TopicPartition("deeptrain.jobs", 1);

    @Test
    void a_partition_begins_behind_what_was_kept_and_one_that_was_never_read_at_its_start() throws Exception {
        MessagingDatabase database = MessagingDatabase.create();
        try (Connection connection = database.connect()) {
            new PostgresOffsets(MessagingDatabase.SCHEMA)
                    .store(connection, List.of(new Position(READ.topic(), READ.partition(), 41)));
            connection.commit();
        }
        try (MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
                Retrying retrying = new Retrying()) {
            consumer.assign(List.of(READ, NEW));

            new StoredPositions(database.dataSource(), MessagingDatabase.SCHEMA, retrying)
                    .seek(consumer, List.of(READ, NEW));

            assertThat(consumer.position(READ)).isEqualTo(42);
            assertThat(consumer.position(NEW)).isZero();
        }
    }
}
