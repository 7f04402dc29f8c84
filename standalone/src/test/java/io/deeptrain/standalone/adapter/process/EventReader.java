package io.deeptrain.standalone.adapter.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.CloudEventDeserializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads DeepTrain's events as a stranger does: with Kafka's consumer, the CloudEvents library and the JSON Schemas. It
 * uses no code of ours.
 */
final class EventReader {
    private static final Path SCHEMAS = Path.of("../event-contract/src/main/resources/schemas");
    private static final String SCHEMA_PREFIX = "urn:deeptrain:event:";
    private static final Set<String> TOPICS = Set.of(
            "deeptrain.training.requests",
            "deeptrain.training.assignments",
            "deeptrain.training.attempts",
            "deeptrain.jobs",
            "deeptrain.billing.charges");
    private static final Duration POLL_MAX = Duration.ofMillis(500);
    private static final int POLLS_MAX = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private EventReader() {}

    /** The first copy of every event that the topics hold now, in the order of each partition. */
    static List<CloudEvent> readAll(String bootstrapServers) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers);
        List<CloudEvent> events = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        try (KafkaConsumer<String, CloudEvent> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new CloudEventDeserializer())) {
            List<TopicPartition> partitions = TOPICS.stream()
                    .sorted()
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(found -> new TopicPartition(found.topic(), found.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            for (int polls = 0;
                    ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue());
                    polls++) {
                assertThat(polls).as("polls to reach %s", ends).isLessThan(POLLS_MAX);
                consumer.poll(POLL_MAX).forEach(entry -> {
                    if (seen.add(entry.value().getSource() + " " + entry.value().getId())) {
                        events.add(entry.value());
                    }
                });
            }
        }
        return events;
    }

    /** Each event fits the schema that it names. */
    static void assertValid(List<CloudEvent> events) throws IOException {
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
        Map<String, JsonSchema> schemas = new HashMap<>();
        for (CloudEvent event : events) {
            String name = Objects.requireNonNull(event.getDataSchema()).toString();
            assertThat(name).startsWith(SCHEMA_PREFIX);
            JsonSchema schema = schemas.get(name);
            if (schema == null) {
                Path file = SCHEMAS.resolve(name.substring(SCHEMA_PREFIX.length()) + ".json");
                schema = factory.getSchema(Files.readString(file, StandardCharsets.UTF_8));
                schemas.put(name, schema);
            }
            assertThat(schema.validate(body(event)))
                    .as("%s %s", name, body(event))
                    .isEmpty();
        }
    }

    /** The history of the job that trains the version, as it lies on its topic. */
    static List<JsonNode> history(List<CloudEvent> events, String version) {
        return events.stream()
                .filter(event -> event.getType().equals("io.deeptrain.job.queued.v1"))
                .map(EventReader::body)
                .filter(queued -> queued.path("model_version_id").asText().equals(version))
                .map(queued -> queued.path("job_id").asText())
                .flatMap(job -> events.stream()
                        .filter(event -> event.getType().startsWith("io.deeptrain.job.")
                                && !event.getType().equals("io.deeptrain.job.sealed.v1")
                                && ("jobs/" + job).equals(event.getSubject())))
                .map(EventReader::body)
                .toList();
    }

    /** The types of what ends the job's history. */
    static List<String> terminals(List<CloudEvent> events, String job) {
        return events.stream()
                .filter(event -> ("jobs/" + job).equals(event.getSubject()))
                .map(CloudEvent::getType)
                .filter(type -> type.equals("io.deeptrain.job.succeeded.v1")
                        || type.equals("io.deeptrain.job.failed.v1")
                        || type.equals("io.deeptrain.job.cancelled.v1"))
                .toList();
    }

    static List<JsonNode> bodies(List<CloudEvent> events, String type, String job) {
        return events.stream()
                .filter(event -> event.getType().equals(type))
                .map(EventReader::body)
                .filter(body -> body.path("job_id").asText().equals(job))
                .toList();
    }

    /** What the job costs in the end. */
    static JsonNode lastCharge(List<CloudEvent> events, String job) {
        return bodies(events, "io.deeptrain.charge.posted.v1", job).stream()
                .max(Comparator.comparingLong(charge -> charge.path("revision").asLong()))
                .orElseThrow()
                .path("statement");
    }

    private static JsonNode body(CloudEvent event) {
        try {
            return JSON.readTree(Objects.requireNonNull(event.getData()).toBytes());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
