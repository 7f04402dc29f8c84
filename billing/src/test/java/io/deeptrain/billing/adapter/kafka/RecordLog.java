package io.deeptrain.billing.adapter.kafka;

import io.deeptrain.event.Envelope;
import io.deeptrain.event.Event;
import io.deeptrain.event.EventType;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Writes records as they would lie in Kafka: one partition a topic, offsets from 0. */
final class RecordLog {
    private static final CloudEventRecords RECORDS = new CloudEventRecords();

    private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    private final Map<String, Long> nextOffsets = new TreeMap<>();

    RecordLog append(List<? extends Event> events) {
        for (Event event : events) {
            OutboxRow row = row(event);
            ConsumerRecord<byte[], byte[]> kafkaRecord =
                    append(EventType.of(event).topic().topicName(), row.key(), row.body());
            row.headers()
                    .forEach((name, value) -> kafkaRecord.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        }
        return this;
    }

    ConsumerRecord<byte[], byte[]> append(String topic, String key, byte[] body) {
        long offset = nextOffsets.merge(topic, 1L, Long::sum) - 1;
        ConsumerRecord<byte[], byte[]> kafkaRecord =
                new ConsumerRecord<>(topic, 0, offset, key.getBytes(StandardCharsets.UTF_8), body);
        records.add(kafkaRecord);
        return kafkaRecord;
    }

    List<ConsumerRecord<byte[], byte[]>> records() {
        return List.copyOf(records);
    }

    static OutboxRow row(Event event) {
        return RECORDS.toRow(Envelope.of(event, "/deeptrain/test", 1, Instant.EPOCH));
    }
}
