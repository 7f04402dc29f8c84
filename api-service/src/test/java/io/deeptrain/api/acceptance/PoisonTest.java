package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Envelope;
import io.deeptrain.event.Event;
import io.deeptrain.event.Fault;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobFailed;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Topic;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.testservers.adapter.DeepTrainServers;
import io.deeptrain.testservers.adapter.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * On each topic that the front door reads: poison is parked as it came, and the good record behind it has its effect.
 */
@QuarkusTest
@QuarkusTestResource(value = DeepTrainServers.class, initArgs = @ResourceArg(name = "service", value = "api"))
@QuarkusTestResource(Surroundings.class)
class PoisonTest {
    private final CloudEventRecords records = new CloudEventRecords();

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus sets it.
    URI base;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private OwnApp app;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    private KafkaProducer<byte[], byte[]> producer;

    private String version = "";
    private String job = "";

    @SuppressWarnings("ArrayRecordComponent") // Nobody compares it.
    private record Poison(String reason, byte @Nullable [] key, Map<String, String> headers, byte[] body) {}

    @BeforeEach
    void aTrainingThatIsQueued() {
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestServers.kafka()), new ByteArraySerializer(), new ByteArraySerializer());
        app = OwnApp.fresh(base);
        app.labelledInputs();
        app.create("m", "");
        version = app.train("m");
        job = app.job("m", version);
    }

    @AfterEach
    void close() {
        producer.close();
    }

    @Test
    void on_the_history_of_jobs() throws Exception {
        poisonThenSay(Topic.JOBS, assigned());

        app.until("m", version, 21101);
    }

    @Test
    void on_the_reports_of_attempts() throws Exception {
        try (Elsewhere elsewhere = new Elsewhere(TestServers.kafka())) {
            elsewhere.say(assigned(), started());
        }
        app.until("m", version, 21101);

        poisonThenSay(Topic.ATTEMPTS, Elsewhere.report(job, 50));

        Elsewhere.eventually(
                () -> app.statusOf("m", version).path("percent_completed").asInt() == 47);
    }

    @Test
    void on_the_charges() throws Exception {
        poisonThenSay(Topic.CHARGES, Elsewhere.charge(app.id(), job, 8));

        Elsewhere.eventually(() -> app.rest()
                        .get(app.at("/models/m/versions/" + version + "/charge"))
                        .body()
                        .at("/charge/billed_seconds")
                        .asLong()
                == 8);
    }

    /** It is an event of the contract, so that it is worked in; but no text of this database can hold it. */
    @Test
    void a_message_of_characters_that_the_database_does_not_keep_blocks_nothing() throws Exception {
        JobFailed failed =
                new JobFailed(new JobId(job), 4, Instant.now(), Elsewhere.FIRST, Fault.USER, "code", "MESSAGE", 0);
        OutboxRow row = row(failed);
        String body = new String(row.body(), StandardCharsets.UTF_8).replace("MESSAGE", "a\\u0000b\\ud800c\\\\u0000d");
        try (Elsewhere elsewhere = new Elsewhere(TestServers.kafka())) {
            elsewhere.say(assigned(), new JobFinishing(new JobId(job), 3, Instant.now(), Elsewhere.FIRST, 0));
        }
        send(null, Topic.JOBS, new Poison("", key(), row.headers(), bytes(body)));

        app.until("m", version, 21106);
        assertThat(app.statusOf("m", version).path("details").asText()).contains("a\ufffdb\ufffdc\\u0000d");
    }

    @Test
    void an_entry_that_cannot_follow_the_history_is_parked_and_the_history_goes_on() {
        JobId jobId = new JobId(job);
        try (Elsewhere elsewhere = new Elsewhere(TestServers.kafka());
                KafkaConsumer<byte[], byte[]> letters = atTheEndOf(Topic.JOBS.deadLetterName())) {
            elsewhere.say(
                    assigned(),
                    new JobFinishing(jobId, 3, Instant.now(), Elsewhere.FIRST, 0),
                    new JobFinishing(jobId, 4, Instant.now(), Elsewhere.FIRST, 0),
                    new JobFailed(jobId, 5, Instant.now(), Elsewhere.FIRST, Fault.USER, "code", "message", 0));
            List<String> reasons = new ArrayList<>();
            Elsewhere.eventually(() -> {
                letters.poll(Duration.ofMillis(50)).forEach(letter -> reasons.add(header(letter, "dlq_reason")));
                return reasons.stream().anyMatch(reason -> reason.contains(job));
            });
            assertThat(reasons).anySatisfy(reason -> assertThat(reason).contains("cannot finish in Sealed"));
        }
        app.until("m", version, 21106);
    }

    private void poisonThenSay(Topic topic, Event good) throws Exception {
        OutboxRow row = row(good);
        List<Poison> poisons = poisons(row);
        try (KafkaConsumer<byte[], byte[]> letters = atTheEndOf(topic.deadLetterName())) {
            int partition = send(null, topic, poisons.getFirst());
            for (Poison poison : poisons.subList(1, poisons.size())) {
                send(partition, topic, poison);
            }
            send(partition, topic, new Poison("", key(), row.headers(), row.body()));

            List<ConsumerRecord<byte[], byte[]>> parked = new ArrayList<>();
            Elsewhere.eventually(() -> {
                letters.poll(Duration.ofMillis(50)).forEach(parked::add);
                return parked.size() >= poisons.size();
            });
            assertThat(parked).hasSameSizeAs(poisons);
            for (int i = 0; i < poisons.size(); i++) {
                Poison poison = poisons.get(i);
                assertThat(parked).as(poison.reason()).anySatisfy(letter -> {
                    assertThat(letter.value()).isEqualTo(poison.body());
                    assertThat(header(letter, "dlq_reason")).contains(poison.reason());
                    assertThat(header(letter, "dlq_topic")).isEqualTo(topic.topicName());
                    assertThat(header(letter, "dlq_partition")).isEqualTo(Integer.toString(partition));
                    poison.headers()
                            .forEach((name, value) ->
                                    assertThat(header(letter, name)).isEqualTo(value));
                });
            }
        }
    }

    private List<Poison> poisons(OutboxRow good) {
        byte[] undecodable = bytes("x%s".formatted(UUID.randomUUID()));
        undecodable[0] = (byte) 0xFF;
        undecodable[1] = 0;
        Map<String, String> ofUnknownType = new HashMap<>(good.headers());
        ofUnknownType.put("ce_type", "io.deeptrain.nonsense.v1");
        return List.of(
                new Poison("there is no ce_specversion", key(), Map.of(), undecodable),
                new Poison("event type is unknown: io.deeptrain.nonsense.v1", key(), ofUnknownType, good.body()),
                new Poison("job_id", key(), good.headers(), bytes("{\"job_id\":17}")),
                new Poison("", key(), good.headers(), undecodable),
                new Poison("key must be " + job, bytes("\0" + job), good.headers(), good.body()),
                new Poison("key must be " + job, new byte[] {(byte) 0xFF, 0}, good.headers(), good.body()),
                new Poison("there is no key", null, good.headers(), good.body()));
    }

    private int send(@Nullable Integer partition, Topic topic, Poison poison) throws Exception {
        ProducerRecord<byte[], byte[]> kafkaRecord =
                new ProducerRecord<>(topic.topicName(), partition, poison.key(), poison.body());
        poison.headers().forEach((name, value) -> kafkaRecord.headers().add(name, bytes(value)));
        return producer.send(kafkaRecord).get().partition();
    }

    private static KafkaConsumer<byte[], byte[]> atTheEndOf(String topicName) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", TestServers.kafka(), "enable.auto.commit", false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        TopicPartition only = new TopicPartition(topicName, 0);
        consumer.assign(List.of(only));
        consumer.seekToEnd(List.of(only));
        consumer.position(only);
        return consumer;
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        Header header = letter.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private OutboxRow row(Event event) {
        return records.toRow(Envelope.of(event, "/deeptrain/test", 1, Instant.now()));
    }

    private JobAssigned assigned() {
        return new JobAssigned(
                new JobId(job), 2, Instant.now(), Elsewhere.FIRST, Elsewhere.WORKER, new Origin.Scratch());
    }

    private JobStarted started() {
        return new JobStarted(new JobId(job), 3, Instant.now(), Elsewhere.FIRST, new Origin.Scratch());
    }

    private byte[] key() {
        return bytes(job);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
