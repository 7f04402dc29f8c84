package io.deeptrain.cli.adapter.kafka;

import io.deeptrain.cli.port.EventStream;
import io.deeptrain.event.EventType;
import io.deeptrain.event.Topic;
import io.deeptrain.event.adapter.json.EventJson;
import io.deeptrain.event.adapter.json.UnreadableEventException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads CloudEvents in Kafka's binary mode, without a consumer group: it leaves no trace on the broker. */
public final class KafkaEventStream implements EventStream {
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(15);
    private static final Duration WAITS_AT_MOST = Duration.ofMillis(200);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final EventJson json = new EventJson();

    private KafkaEventStream(String bootstrapServers) {
        ByteArrayDeserializer bytes = new ByteArrayDeserializer();
        consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        (int) ANSWERED_WITHIN.toMillis()),
                bytes,
                bytes);
    }

    /** What is written to the topics from now on. */
    public static KafkaEventStream fromNowOn(String bootstrapServers, Collection<Topic> topics) throws IOException {
        KafkaEventStream stream = new KafkaEventStream(bootstrapServers);
        try {
            List<TopicPartition> partitions = stream.assign(topics);
            stream.consumer.seekToEnd(partitions);
            // A seek is lazy: only asking for the position carries it out.
            partitions.forEach(stream.consumer::position);
            return stream;
        } catch (IOException | KafkaException e) {
            stream.close();
            throw unreachable(bootstrapServers, e);
        }
    }

    /** All that the topics hold at this moment, topic by topic, each key in its order. */
    public static List<Read> allOf(String bootstrapServers, Collection<Topic> topics, String key) throws IOException {
        try (KafkaEventStream stream = new KafkaEventStream(bootstrapServers)) {
            List<TopicPartition> partitions = stream.assign(topics);
            stream.consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = stream.consumer.endOffsets(partitions);
            List<Read> reads = new ArrayList<>();
            while (partitions.stream().anyMatch(at -> stream.consumer.position(at) < ends.getOrDefault(at, 0L))) {
                for (ConsumerRecord<byte[], byte[]> record : stream.consumer.poll(WAITS_AT_MOST)) {
                    if (record.key() != null && key.equals(new String(record.key(), StandardCharsets.UTF_8))) {
                        reads.add(stream.read(record));
                    }
                }
            }
            return reads;
        } catch (KafkaException e) {
            throw unreachable(bootstrapServers, e);
        }
    }

    @Override
    public List<Read> next() throws IOException {
        try {
            List<Read> reads = new ArrayList<>();
            consumer.poll(WAITS_AT_MOST).forEach(record -> reads.add(read(record)));
            return reads;
        } catch (KafkaException e) {
            throw new IOException("the event topics cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }

    private List<TopicPartition> assign(Collection<Topic> topics) throws IOException {
        List<TopicPartition> partitions = new ArrayList<>();
        for (Topic topic : topics) {
            consumer.partitionsFor(topic.topicName(), ANSWERED_WITHIN)
                    .forEach(partition -> partitions.add(new TopicPartition(partition.topic(), partition.partition())));
        }
        if (partitions.isEmpty()) {
            throw new IOException("there are no event topics yet");
        }
        consumer.assign(partitions);
        return partitions;
    }

    private Read read(ConsumerRecord<byte[], byte[]> record) {
        String typeName = header(record, "ce_type").orElse("no type");
        Unknown unknown = new Unknown(record.topic(), typeName);
        Optional<EventType> type = EventType.named(typeName);
        if (type.isEmpty() || record.value() == null) {
            return unknown;
        }
        try {
            return new Known(
                    typeName,
                    Long.parseLong(header(record, "ce_sequence").orElse("0")),
                    Instant.parse(header(record, "ce_time").orElse("")),
                    json.parse(type.get(), record.value()));
        } catch (UnreadableEventException | NumberFormatException | DateTimeException e) {
            return unknown;
        }
    }

    private static Optional<String> header(ConsumerRecord<byte[], byte[]> record, String name) {
        return Optional.ofNullable(record.headers().lastHeader(name))
                .map(Header::value)
                .map(value -> new String(value, StandardCharsets.UTF_8));
    }

    private static IOException unreachable(String bootstrapServers, Exception cause) {
        return new IOException(
                "the event topics at %s cannot be read: %s".formatted(bootstrapServers, cause.getMessage()), cause);
    }
}
