package io.deeptrain.worker.adapter.kafka;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.Topic;
import io.deeptrain.event.WorkerId;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.Received;
import io.deeptrain.messaging.port.EventLog;
import io.deeptrain.messaging.port.TransportUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jboss.logging.Logger;

/**
 * Reads the partition that holds this worker's assignments, by position and without a group. It begins at the end: what
 * was meant for an earlier start of this worker lapses.
 */
public final class AssignmentReader implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(AssignmentReader.class);
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);
    private static final long RETRY_MILLIS = 500;
    private static final long CLOSE_MILLIS = 3_000;

    private final String bootstrapServers;
    private final WorkerId workerId;
    private final Consumer<AssignmentEvent> heard;
    private final EventLog deadLetters;
    private final CloudEventRecords records = new CloudEventRecords();
    private final CountDownLatch positioned = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closing;
    private OptionalLong nextOffset = OptionalLong.empty();

    /**
     * Starts reading.
     *
     * @param heard told of each event for any worker of this partition, on this reader's thread
     */
    public AssignmentReader(
            String bootstrapServers, WorkerId workerId, Consumer<AssignmentEvent> heard, EventLog deadLetters) {
        this.bootstrapServers = bootstrapServers;
        this.workerId = workerId;
        this.heard = heard;
        this.deadLetters = deadLetters;
        this.thread = Thread.ofPlatform().daemon().name("assignment-reader").start(this::read);
    }

    /** Returns when nothing that is written from now on can be missed. */
    public void awaitPosition() throws InterruptedException {
        positioned.await();
    }

    private void read() {
        while (!closing) {
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                TopicPartition partition = partition(consumer);
                consumer.assign(List.of(partition));
                position(consumer, partition);
                positioned.countDown();
                while (!closing) {
                    for (ConsumerRecord<byte[], byte[]> kafkaRecord : consumer.poll(POLL_TIMEOUT)) {
                        take(kafkaRecord);
                        nextOffset = OptionalLong.of(kafkaRecord.offset() + 1);
                    }
                }
            } catch (InterruptException closed) {
                return;
            } catch (KafkaException | TransportUnavailableException away) {
                LOG.warnf("assignments cannot be read: %s", away.getMessage());
                if (!paused()) {
                    return;
                }
            }
        }
    }

    private void position(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        if (nextOffset.isPresent()) {
            consumer.seek(partition, nextOffset.getAsLong());
        } else {
            consumer.seekToEnd(List.of(partition));
            // Seeking is lazy: only asking for the position fixes it.
            nextOffset = OptionalLong.of(consumer.position(partition));
        }
    }

    /** By the rule by which every producer places a key. */
    private TopicPartition partition(KafkaConsumer<byte[], byte[]> consumer) {
        String topic = Topic.ASSIGNMENTS.topicName();
        int partitions = consumer.partitionsFor(topic).size();
        if (partitions == 0) {
            throw new TransportUnavailableException("there is no topic " + topic);
        }
        byte[] key = workerId.value().getBytes(StandardCharsets.UTF_8);
        return new TopicPartition(topic, BuiltInPartitioner.partitionForKey(key, partitions));
    }

    private void take(ConsumerRecord<byte[], byte[]> kafkaRecord) {
        switch (records.read(kafkaRecord)) {
            case Received.Readable readable
            when readable.envelope().event() instanceof AssignmentEvent event -> heard.accept(event);
            case Received.Readable readable ->
                LOG.warnf(
                        "%s on the topic of assignments",
                        readable.envelope().type().name());
            case Received.Unreadable unreadable -> {
                LOG.warnf("unreadable assignment at %s: %s", unreadable.position(), unreadable.reason());
                deadLetters.publish(List.of(unreadable.deadLetter()));
            }
        }
    }

    private boolean paused() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            return true;
        } catch (InterruptedException closed) {
            return false;
        }
    }

    private Map<String, Object> settings() {
        return Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "latest");
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
