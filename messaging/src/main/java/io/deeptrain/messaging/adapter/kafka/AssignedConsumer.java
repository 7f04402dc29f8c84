package io.deeptrain.messaging.adapter.kafka;

import io.deeptrain.event.Topic;
import io.deeptrain.messaging.Partition;
import io.deeptrain.messaging.port.TransportUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads every partition of some topics from offsets that its user keeps, without a consumer group. While the broker is
 * away {@link #poll} finds nothing, and then goes on where it was. One thread uses it; any may call {@link #wakeup}.
 *
 * <p>An offset that the log no longer has, because it was deleted after its time or the log was made anew, is read from
 * the oldest record that is there.
 */
public final class AssignedConsumer implements AutoCloseable {
    private static final int POLL_RECORDS_MAX = 500;
    private static final int FETCH_BYTES_MAX = 16 << 20;
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration API_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    /** Where to begin in a partition for which there is no offset yet. */
    public enum Beginning {
        OLDEST,
        /** Records that come after the consumer was opened. */
        NEWEST
    }

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final SortedSet<Partition> partitions;

    private AssignedConsumer(KafkaConsumer<byte[], byte[]> consumer, SortedSet<Partition> partitions) {
        this.consumer = consumer;
        this.partitions = partitions;
    }

    /**
     * When this returns, the place to begin is fixed in each partition: nothing that is written later is missed.
     *
     * @throws TransportUnavailableException if the broker or a topic is not there within half a minute
     */
    public static AssignedConsumer open(
            String bootstrapServers, Collection<Topic> topics, Map<Partition, Long> nextOffsets, Beginning otherwise) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                settings(bootstrapServers), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            SortedSet<Partition> partitions = partitions(consumer, topics);
            List<TopicPartition> assigned =
                    partitions.stream().map(AssignedConsumer::ofKafka).toList();
            consumer.assign(assigned);
            List<TopicPartition> fresh = new ArrayList<>();
            for (Partition partition : partitions) {
                Long nextOffset = nextOffsets.get(partition);
                if (nextOffset == null) {
                    fresh.add(ofKafka(partition));
                } else {
                    consumer.seek(ofKafka(partition), nextOffset);
                }
            }
            Map<TopicPartition, Long> beginnings = switch (otherwise) {
                case OLDEST -> consumer.beginningOffsets(fresh);
                case NEWEST -> consumer.endOffsets(fresh);
            };
            beginnings.forEach((partition, offset) -> consumer.seek(partition, offset));
            return new AssignedConsumer(consumer, partitions);
        } catch (KafkaException away) {
            consumer.close();
            throw new TransportUnavailableException("cannot read from Kafka at " + bootstrapServers, away);
        } catch (RuntimeException failed) {
            consumer.close();
            throw failed;
        }
    }

    /** The partitions that it reads. Their number is fixed when it is opened. */
    public SortedSet<Partition> partitions() {
        return new TreeSet<>(partitions);
    }

    /** The next records, oldest first within a partition; none after {@code timeout} or a {@link #wakeup}. */
    public List<ConsumerRecord<byte[], byte[]>> poll(Duration timeout) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try {
            consumer.poll(timeout).forEach(records::add);
        } catch (WakeupException woken) {
            return List.of();
        }
        return records;
    }

    /** The offset that it reads next, in each partition. */
    public SortedMap<Partition, Long> nextOffsets() {
        SortedMap<Partition, Long> offsets = new TreeMap<>();
        for (Partition partition : partitions) {
            offsets.put(partition, consumer.position(ofKafka(partition), REQUEST_TIMEOUT));
        }
        return offsets;
    }

    /** Reads these partitions again from these offsets: what a transaction that failed had taken. */
    public void seek(Map<Partition, Long> nextOffsets) {
        nextOffsets.forEach((partition, offset) -> consumer.seek(ofKafka(partition), offset));
    }

    /** Records that lie there and were not polled, as far as the last answers of the broker tell. */
    public long lag() {
        long lag = 0;
        for (Partition partition : partitions) {
            OptionalLong known = consumer.currentLag(ofKafka(partition));
            lag += known.orElse(0);
        }
        return lag;
    }

    /** Ends a {@link #poll} that waits, or the next one. */
    public void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    }

    private static SortedSet<Partition> partitions(KafkaConsumer<byte[], byte[]> consumer, Collection<Topic> topics) {
        SortedSet<Partition> partitions = new TreeSet<>();
        for (Topic topic : topics) {
            List<PartitionInfo> found = consumer.partitionsFor(topic.topicName());
            if (found.isEmpty()) {
                throw new TransportUnavailableException("there is no topic " + topic.topicName());
            }
            found.forEach(info -> partitions.add(new Partition(info.topic(), info.partition())));
        }
        return partitions;
    }

    private static TopicPartition ofKafka(Partition partition) {
        return new TopicPartition(partition.topic(), partition.number());
    }

    private static Map<String, Object> settings(String bootstrapServers) {
        return Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                POLL_RECORDS_MAX,
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                FETCH_BYTES_MAX,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                KafkaEventLog.RECORD_BYTES_MAX,
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                250,
                ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                Math.toIntExact(REQUEST_TIMEOUT.toMillis()),
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Math.toIntExact(API_TIMEOUT.toMillis()));
    }
}
