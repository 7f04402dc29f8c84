package io.deeptrain.messaging.adapter.kafka;

import io.deeptrain.event.Topic;
import io.deeptrain.messaging.port.TransportUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * Makes the topics that are not there yet. A topic that is there stays as it is: its number of partitions cannot change
 * without breaking the order by key.
 */
public final class TopicSetup {
    /** Holds a body of the largest size with its headers; a dead letter must hold all of that and its own. */
    private static final int RECORD_BYTES_MAX = (1 << 20) + (1 << 16);

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);
    private static final long FOREVER_MILLIS = -1;

    private TopicSetup() {}

    /** Waits for the broker for up to a minute. */
    public static void ensure(String bootstrapServers, int partitions, int replication) {
        List<NewTopic> topics = new ArrayList<>();
        for (Topic topic : Topic.values()) {
            topics.add(newTopic(topic.topicName(), partitions, replication, retentionMillis(topic), RECORD_BYTES_MAX));
            topics.add(
                    newTopic(topic.deadLetterName(), 1, replication, FOREVER_MILLIS, KafkaEventLog.RECORD_BYTES_MAX));
        }
        long deadlineNanos = System.nanoTime() + TIMEOUT.toNanos();
        Map<String, Object> settings = Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.toIntExact(REQUEST_TIMEOUT.toMillis()),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(TIMEOUT.toMillis()));
        try (Admin admin = Admin.create(settings)) {
            for (var creation : admin.createTopics(topics).values().entrySet()) {
                try {
                    creation.getValue().get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
                } catch (ExecutionException refused) {
                    if (!(refused.getCause() instanceof TopicExistsException)) {
                        throw new TransportUnavailableException("cannot make topic " + creation.getKey(), refused);
                    }
                }
            }
        } catch (TimeoutException | KafkaException away) {
            throw new TransportUnavailableException("no answer from Kafka at " + bootstrapServers, away);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new TransportUnavailableException("interrupted while waiting for Kafka", interrupted);
        }
    }

    /** Kafka may come later than the service: a thread waits for it, for as long as it takes. */
    public static void ensureInBackground(String bootstrapServers, int partitions, int replication, Retrying retrying) {
        Thread.ofPlatform()
                .name("topic-setup")
                .daemon()
                .start(() -> retrying.untilDone("make the topics", () -> {
                    ensure(bootstrapServers, partitions, replication);
                    return partitions;
                }));
    }

    private static NewTopic newTopic(
            String name, int partitions, int replication, long retentionMillis, int recordBytesMax) {
        return new NewTopic(name, Optional.of(partitions), Optional.of((short) replication))
                .configs(Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.RETENTION_MS_CONFIG,
                        Long.toString(retentionMillis),
                        TopicConfig.RETENTION_BYTES_CONFIG,
                        "-1",
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                        Integer.toString(recordBytesMax)));
    }

    /** What is a record of the business stays; what is said once a second goes. */
    private static long retentionMillis(Topic topic) {
        return switch (topic) {
            case REQUESTS, JOBS, CHARGES -> FOREVER_MILLIS;
            case ATTEMPTS -> Duration.ofDays(7).toMillis();
            case ASSIGNMENTS -> Duration.ofDays(1).toMillis();
            case HEARTBEATS -> Duration.ofHours(1).toMillis();
        };
    }
}
