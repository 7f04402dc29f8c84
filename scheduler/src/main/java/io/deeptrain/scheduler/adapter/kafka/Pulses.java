package io.deeptrain.scheduler.adapter.kafka;

import io.deeptrain.event.Envelope;
import io.deeptrain.event.FleetEvent.SchedulerPulsed;
import io.deeptrain.event.Topic;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.Partition;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.scheduler.adapter.postgres.Leadership;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends a pulse to each partition of the heartbeats and remembers which came back. A pulse that is lost is not sent
 * again: the next one does as well.
 */
final class Pulses implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration BLOCK_MAX = Duration.ofMillis(200);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(6);

    private final CloudEventRecords records = new CloudEventRecords();
    private final Leadership leadership;
    private final KafkaProducer<byte[], byte[]> producer;
    private final SortedMap<Integer, Instant> heard = new TreeMap<>();
    private long number;
    private Instant next;

    /** Nothing of what was sent before {@code began} comes back to this one. */
    Pulses(String bootstrapServers, Leadership leadership, Collection<Partition> partitions, Instant began) {
        this.leadership = leadership;
        this.next = began;
        for (Partition partition : partitions) {
            if (partition.topic().equals(Topic.HEARTBEATS.topicName())) {
                heard.put(partition.number(), began);
            }
        }
        producer =
                new KafkaProducer<>(settings(bootstrapServers), new ByteArraySerializer(), new ByteArraySerializer());
    }

    void sendIfDue(Instant now) {
        if (now.isBefore(next)) {
            return;
        }
        next = now.plus(INTERVAL);
        number++;
        for (int partition : heard.keySet()) {
            send(new SchedulerPulsed(leadership.holder(), leadership.epoch(), partition, number, now), now);
        }
    }

    /** A pulse came back; it counts if it is of this leadership. */
    void hear(SchedulerPulsed pulse) {
        if (pulse.schedulerId().equals(leadership.holder()) && pulse.epoch() == leadership.epoch()) {
            heard.merge(pulse.partition(), pulse.sentAt(), (one, other) -> one.isAfter(other) ? one : other);
        }
    }

    /** Everything that was said before this, on any partition, has been heard. */
    Instant heardUpTo() {
        return heard.values().stream()
                .min(Instant::compareTo)
                .orElseThrow(() -> new IllegalStateException("there is no partition to hear on"));
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }

    private void send(SchedulerPulsed pulse, Instant now) {
        OutboxRow row = records.toRow(Envelope.of(pulse, SchedulerLoop.SOURCE, pulse.number(), now));
        ProducerRecord<byte[], byte[]> kafkaRecord = new ProducerRecord<>(
                row.topic(), pulse.partition(), row.key().getBytes(StandardCharsets.UTF_8), row.body());
        row.headers().forEach((name, value) -> kafkaRecord.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        try {
            Future<?> _ = producer.send(kafkaRecord);
        } catch (KafkaException away) {
            // Then no pulse comes back, which is how the engine learns of it.
        }
    }

    private static Map<String, Object> settings(String bootstrapServers) {
        return Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.ACKS_CONFIG,
                "1",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                false,
                ProducerConfig.RETRIES_CONFIG,
                0,
                ProducerConfig.LINGER_MS_CONFIG,
                0,
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                BLOCK_MAX.toMillis(),
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                Math.toIntExact(REQUEST_TIMEOUT.toMillis()),
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                Math.toIntExact(DELIVERY_TIMEOUT.toMillis()));
    }
}
