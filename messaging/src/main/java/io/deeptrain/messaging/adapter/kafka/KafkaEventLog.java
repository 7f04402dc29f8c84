package io.deeptrain.messaging.adapter.kafka;

import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.port.EventLog;
import io.deeptrain.messaging.port.TransportUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * The log as Kafka, written with acknowledgement by all replicas and without duplicates or reordering inside one
 * producer.
 *
 * <p>After any failure the producer is thrown away. A producer that goes on after it gave up a batch would write later
 * records without the earlier ones, and a cancel would overtake its request; one that is closed has written a prefix at
 * most.
 */
public final class KafkaEventLog implements EventLog, AutoCloseable {
    /** Holds the largest {@link OutboxRow} and what Kafka adds to it. */
    static final int RECORD_BYTES_MAX = 1 << 21;

    /** What an outbox's round holds for one partition; Kafka's own 16 KiB would be a dozen records. */
    private static final int BATCH_BYTES = 1 << 18;

    private static final Duration PUBLISH_TIMEOUT = Duration.ofSeconds(10);

    /** So much longer than a publish may take that no batch is given up by a producer that goes on. */
    private static final Duration DELIVERY_TIMEOUT = Duration.ofMinutes(2);

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

    private final String bootstrapServers;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    /** Connects when it first publishes. */
    public KafkaEventLog(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    @Override
    public synchronized void publish(List<OutboxRow> rows) {
        long deadlineNanos = System.nanoTime() + PUBLISH_TIMEOUT.toNanos();
        try {
            KafkaProducer<byte[], byte[]> open = open();
            List<Future<?>> acknowledgements = new ArrayList<>(rows.size());
            for (OutboxRow row : rows) {
                acknowledgements.add(open.send(kafkaRecord(row)));
            }
            for (Future<?> acknowledgement : acknowledgements) {
                acknowledgement.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw failed(rows, interrupted);
        } catch (ExecutionException | TimeoutException | KafkaException refused) {
            throw failed(rows, refused);
        }
    }

    @Override
    public synchronized void close() {
        discard();
    }

    private TransportUnavailableException failed(List<OutboxRow> rows, Exception cause) {
        discard();
        return new TransportUnavailableException(
                "%d records were not all acknowledged by Kafka at %s".formatted(rows.size(), bootstrapServers), cause);
    }

    private void discard() {
        KafkaProducer<byte[], byte[]> discarded = producer;
        producer = null;
        if (discarded != null) {
            discarded.close(Duration.ZERO);
        }
    }

    private KafkaProducer<byte[], byte[]> open() {
        KafkaProducer<byte[], byte[]> open = producer;
        if (open == null) {
            open = new KafkaProducer<>(settings(), new ByteArraySerializer(), new ByteArraySerializer());
            producer = open;
        }
        return open;
    }

    private Map<String, Object> settings() {
        return Map.ofEntries(
                Map.entry(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                Map.entry(ProducerConfig.ACKS_CONFIG, "all"),
                Map.entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true),
                Map.entry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, RECORD_BYTES_MAX),
                Map.entry(ProducerConfig.LINGER_MS_CONFIG, 0),
                Map.entry(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES),
                Map.entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, PUBLISH_TIMEOUT.toMillis()),
                Map.entry(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.toIntExact(REQUEST_TIMEOUT.toMillis())),
                Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Math.toIntExact(DELIVERY_TIMEOUT.toMillis())));
    }

    private static ProducerRecord<byte[], byte[]> kafkaRecord(OutboxRow row) {
        Integer partition = row.partition().isPresent() ? row.partition().getAsInt() : null;
        ProducerRecord<byte[], byte[]> kafkaRecord =
                new ProducerRecord<>(row.topic(), partition, row.key().getBytes(StandardCharsets.UTF_8), row.body());
        row.headers().forEach((name, value) -> kafkaRecord.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        return kafkaRecord;
    }
}
