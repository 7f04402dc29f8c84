package io.deeptrain.messaging.adapter.kafka;

import io.deeptrain.event.Envelope;
import io.deeptrain.event.Event;
import io.deeptrain.event.EventId;
import io.deeptrain.event.EventType;
import io.deeptrain.event.FleetEvent.SchedulerPulsed;
import io.deeptrain.event.Topic;
import io.deeptrain.event.adapter.json.EventJson;
import io.deeptrain.event.adapter.json.UnreadableEventException;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.Position;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Events as CloudEvents 1.0 in Kafka's binary mode: the attributes are headers, the body is JSON. */
public final class CloudEventRecords {
    private static final String SPEC_VERSION = "1.0";
    private static final String CONTENT_TYPE = "application/json";
    private static final String DATA_SCHEMA_PREFIX = "urn:deeptrain:event:";

    private final EventJson json = new EventJson();

    /** The name of a type's JSON Schema, which is its {@code $id}. */
    public static String dataSchema(EventType type) {
        return DATA_SCHEMA_PREFIX + type.shortName();
    }

    public OutboxRow toRow(Envelope envelope) {
        Event event = envelope.event();
        EventType type = envelope.type();
        Map<String, String> headers = Map.of(
                "ce_specversion", SPEC_VERSION,
                "ce_id", envelope.id().toString(),
                "ce_type", type.name(),
                "ce_source", envelope.source(),
                "ce_subject", event.subject(),
                "ce_time", envelope.time().toString(),
                "ce_sequence", Long.toString(envelope.sequence()),
                "ce_partitionkey", event.partitionKey(),
                "ce_dataschema", dataSchema(type),
                "content-type", CONTENT_TYPE);
        return new OutboxRow(
                0, type.topic().topicName(), event.partitionKey(), partition(event), headers, json.body(event));
    }

    public Received read(ConsumerRecord<byte[], byte[]> kafkaRecord) {
        Position position = new Position(kafkaRecord.topic(), kafkaRecord.partition(), kafkaRecord.offset());
        try {
            return new Received.Readable(envelope(kafkaRecord), position);
        } catch (UnreadableEventException unreadable) {
            String reason = String.valueOf(unreadable.getMessage());
            return new Received.Unreadable(DeadLetters.of(kafkaRecord, reason), reason, position);
        }
    }

    /** The pulse is heard partition by partition; everything else goes by its key. */
    private static OptionalInt partition(Event event) {
        return event instanceof SchedulerPulsed pulse ? OptionalInt.of(pulse.partition()) : OptionalInt.empty();
    }

    private Envelope envelope(ConsumerRecord<byte[], byte[]> kafkaRecord) throws UnreadableEventException {
        Map<String, String> headers = attributes(kafkaRecord);
        String specVersion = required(headers, "ce_specversion");
        if (!specVersion.equals(SPEC_VERSION)) {
            throw new UnreadableEventException("ce_specversion must be 1.0: " + specVersion);
        }
        String contentType = required(headers, "content-type");
        if (!contentType.split(";", 2)[0].strip().equalsIgnoreCase(CONTENT_TYPE)) {
            throw new UnreadableEventException("content-type must be application/json: " + contentType);
        }
        EventType type = type(required(headers, "ce_type"), kafkaRecord.topic());
        EventId id = new EventId(parsed(headers, "ce_id", UUID::fromString));
        long sequence = parsed(headers, "ce_sequence", CloudEventRecords::sequence);
        Instant time = parsed(headers, "ce_time", Instant::parse);
        String source = required(headers, "ce_source");
        byte[] body = kafkaRecord.value();
        if (body == null) {
            throw new UnreadableEventException("there is no body");
        }
        Event event = json.parse(type, body);
        requireKey(kafkaRecord.key(), event);
        return new Envelope(id, source, sequence, time, event);
    }

    private static long sequence(String text) {
        long sequence = Long.parseLong(text);
        if (sequence < 0) {
            throw new IllegalArgumentException("negative");
        }
        return sequence;
    }

    private static EventType type(String name, String topicName) throws UnreadableEventException {
        EventType type =
                EventType.named(name).orElseThrow(() -> new UnreadableEventException("event type is unknown: " + name));
        Optional<Topic> topic = Topic.named(topicName);
        if (!topic.equals(Optional.of(type.topic()))) {
            throw new UnreadableEventException("event type %s does not belong on topic %s".formatted(name, topicName));
        }
        return type;
    }

    /** A record under another key would not be in order with those that it belongs to. */
    private static void requireKey(byte[] key, Event event) throws UnreadableEventException {
        if (key == null) {
            throw new UnreadableEventException("there is no key");
        }
        String text = new String(key, StandardCharsets.UTF_8);
        if (!text.equals(event.partitionKey())) {
            throw new UnreadableEventException("key must be %s: %s".formatted(event.partitionKey(), text));
        }
    }

    /** Of a header that is there twice the last one counts, as with every other Kafka client. */
    private static Map<String, String> attributes(ConsumerRecord<byte[], byte[]> kafkaRecord) {
        Map<String, String> attributes = new TreeMap<>();
        for (Header header : kafkaRecord.headers()) {
            byte[] value = header.value();
            if (value != null) {
                attributes.put(header.key(), new String(value, StandardCharsets.UTF_8));
            }
        }
        return attributes;
    }

    private static String required(Map<String, String> headers, String name) throws UnreadableEventException {
        String value = headers.get(name);
        if (value == null || value.isBlank()) {
            throw new UnreadableEventException("there is no " + name);
        }
        return value;
    }

    private interface Parser<T> {
        T parse(String text);
    }

    private static <T> T parsed(Map<String, String> headers, String name, Parser<T> parser)
            throws UnreadableEventException {
        String text = required(headers, name);
        try {
            return parser.parse(text);
        } catch (IllegalArgumentException | DateTimeParseException rejected) {
            throw new UnreadableEventException("%s cannot be read: %s".formatted(name, text), rejected);
        }
    }
}
