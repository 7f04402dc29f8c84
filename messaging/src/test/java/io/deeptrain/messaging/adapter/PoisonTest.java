package io.deeptrain.messaging.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.Topic;
import io.deeptrain.event.WorkerId;
import io.deeptrain.messaging.OutboxRelay;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.Partition;
import io.deeptrain.messaging.Position;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.messaging.adapter.kafka.Received;
import io.deeptrain.messaging.adapter.kafka.TopicSetup;
import io.deeptrain.messaging.adapter.postgres.PostgresOffsets;
import io.deeptrain.messaging.adapter.postgres.PostgresOutbox;
import io.deeptrain.testservers.adapter.TestServers;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PoisonTest {
    private static final String TOPIC = Topic.ATTEMPTS.topicName();
    private static final byte[] KEY = bytes("poisoned");
    private static final Envelope GOOD = Envelope.of(
            new ProgressReported(
                    new JobId("poisoned"),
                    new FencingToken(1),
                    new WorkerId("gpu-1"),
                    1,
                    new Progress(Phase.TRAINING, 2, 5, 20, 50, 0.5, Map.of(), 100),
                    1_000),
            "/deeptrain/gpu-worker/gpu-1",
            1,
            Instant.parse("2026-11-21T12:00:00Z"));

    private final CloudEventRecords records = new CloudEventRecords();
    private final OutboxRow good = records.toRow(GOOD);
    private final PostgresOutbox outbox = new PostgresOutbox(MessagingDatabase.SCHEMA);
    private final PostgresOffsets offsets = new PostgresOffsets(MessagingDatabase.SCHEMA);

    private record Poison(String reason, ProducerRecord<byte[], byte[]> sent) {}

    @Test
    void every_kind_of_poison_is_parked_with_its_bytes_and_the_partition_moves_on() throws Exception {
        TopicSetup.ensure(TestServers.kafka(), 3, 1);
        MessagingDatabase database = MessagingDatabase.create();
        List<Poison> poisons = poisons();
        try (AssignedConsumer consumer =
                        AssignedConsumer.open(TestServers.kafka(), Set.of(Topic.ATTEMPTS), Map.of(), Beginning.NEWEST);
                KafkaConsumer<byte[], byte[]> deadLetters = atTheEndOf(Topic.ATTEMPTS.deadLetterName())) {
            send(poisons);

            List<Envelope> understood = new ArrayList<>();
            List<Position> processed = new ArrayList<>();
            Waiting.until("all are consumed", () -> {
                consume(database, consumer, understood, processed);
                return processed.size() >= 2 * poisons.size();
            });
            try (Connection connection = database.connect();
                    KafkaEventLog log = new KafkaEventLog(TestServers.kafka())) {
                Waiting.until("all are parked", () -> OutboxRelay.round(outbox.on(connection), log) == 0);
                connection.commit();
                SortedMap<Partition, Long> stored = offsets.load(connection);
                assertThat(stored)
                        .isEqualTo(consumer.nextOffsets().entrySet().stream()
                                .filter(entry -> stored.containsKey(entry.getKey()))
                                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
            }
            List<ConsumerRecord<byte[], byte[]>> parked = new ArrayList<>();
            Waiting.until("all dead letters are read", () -> {
                deadLetters.poll(Duration.ofMillis(50)).forEach(parked::add);
                return parked.size() >= poisons.size();
            });

            assertThat(understood).hasSize(poisons.size()).containsOnly(GOOD);
            assertThat(parked).hasSameSizeAs(poisons);
            for (Poison poison : poisons) {
                assertThat(parked).as(poison.reason()).anySatisfy(letter -> {
                    assertThat(header(letter, "dlq_reason")).startsWith(poison.reason());
                    assertThat(header(letter, "dlq_topic")).isEqualTo(TOPIC);
                    assertThat(letter.value())
                            .isEqualTo(
                                    poison.sent().value() == null
                                            ? new byte[0]
                                            : poison.sent().value());
                    assertThat(letter.key())
                            .isEqualTo(
                                    poison.sent().key() == null
                                            ? new byte[0]
                                            : poison.sent().key());
                    poison.sent()
                            .headers()
                            .forEach(sent -> assertThat(header(letter, sent.key()))
                                    .isEqualTo(new String(sent.value(), StandardCharsets.UTF_8)));
                });
            }
        }
    }

    /** As a service does: effects, dead letters and position in one transaction. */
    private void consume(
            MessagingDatabase database, AssignedConsumer consumer, List<Envelope> understood, List<Position> processed)
            throws Exception {
        List<Received> batch =
                consumer.poll(Duration.ofMillis(50)).stream().map(records::read).toList();
        List<OutboxRow> deadLetters = new ArrayList<>();
        for (Received received : batch) {
            switch (received) {
                case Received.Readable readable -> understood.add(readable.envelope());
                case Received.Unreadable unreadable -> deadLetters.add(unreadable.deadLetter());
            }
        }
        List<Position> positions = batch.stream().map(Received::position).toList();
        try (Connection connection = database.connect()) {
            outbox.append(connection, deadLetters);
            offsets.store(connection, positions);
            connection.commit();
        }
        processed.addAll(positions);
    }

    private List<Poison> poisons() {
        byte[] junk = new byte[1_000_000];
        Arrays.fill(junk, (byte) 0xFE);
        return List.of(
                body("body is empty", new byte[0]),
                poison("there is no body", KEY, good.headers(), null),
                body("Invalid UTF-8", junk),
                body("Unexpected end-of-input", Arrays.copyOf(good.body(), good.body().length / 2)),
                body("Cannot deserialize value of type `io.deeptrain.event.Phase`", changed("TRAINING", "DREAMING")),
                body("Cannot coerce String value", changed("\"step\":20", "\"step\":\"20\"")),
                body("progress is negative: epoch -2", changed("\"epoch\":2", "\"epoch\":-2")),
                header("event type is unknown", "ce_type", "io.deeptrain.attempt.paused.v1"),
                poison("there is no ce_type", KEY, without("ce_type"), good.body()),
                poison("there is no ce_specversion", KEY, Map.of(), good.body()),
                poison("there is no key", null, good.headers(), good.body()),
                poison("key must be poisoned: other", bytes("other"), good.headers(), good.body()));
    }

    private static Poison poison(
            String reason, byte @Nullable [] key, Map<String, String> headers, byte @Nullable [] body) {
        return new Poison(reason, kafkaRecord(key, headers, body));
    }

    private static ProducerRecord<byte[], byte[]> kafkaRecord(
            byte @Nullable [] key, Map<String, String> headers, byte @Nullable [] body) {
        ProducerRecord<byte[], byte[]> kafkaRecord = new ProducerRecord<>(TOPIC, 0, key, body);
        headers.forEach((name, value) -> kafkaRecord.headers().add(name, bytes(value)));
        return kafkaRecord;
    }

    private Poison body(String reason, byte[] body) {
        return poison(reason, KEY, good.headers(), body);
    }

    private Poison header(String reason, String name, String value) {
        Map<String, String> headers = without(name);
        headers.put(name, value);
        return poison(reason, KEY, headers, good.body());
    }

    private Map<String, String> without(String name) {
        Map<String, String> headers = new TreeMap<>(good.headers());
        headers.remove(name);
        return headers;
    }

    private byte[] changed(String part, String otherPart) {
        String body = new String(good.body(), StandardCharsets.UTF_8);
        assertThat(body).contains(part);
        return bytes(body.replace(part, otherPart));
    }

    /** Each poison with the same good event behind it in the same partition. */
    private void send(List<Poison> poisons) throws Exception {
        Map<String, Object> settings = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                TestServers.kafka(),
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                2_000_000);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (Poison poison : poisons) {
                producer.send(poison.sent()).get();
                producer.send(kafkaRecord(KEY, good.headers(), good.body())).get();
            }
        }
    }

    private static KafkaConsumer<byte[], byte[]> atTheEndOf(String topic) {
        Map<String, Object> settings = Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, TestServers.kafka());
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        TopicPartition only = new TopicPartition(topic, 0);
        consumer.assign(List.of(only));
        consumer.seekToEnd(List.of(only));
        consumer.position(only);
        return consumer;
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
