package io.deeptrain.messaging.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Envelope;
import io.deeptrain.event.EventId;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Topic;
import io.deeptrain.localservers.adapter.kafka.LocalKafka;
import io.deeptrain.localservers.adapter.process.FreePort;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.Received;
import io.deeptrain.messaging.adapter.kafka.RelayThread;
import io.deeptrain.messaging.adapter.kafka.TopicSetup;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker of its own, because this one is killed. */
class BrokerAwayTest {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration START_MAX = Duration.ofSeconds(30);

    private final CloudEventRecords records = new CloudEventRecords();
    private final int brokerPort = FreePort.find();
    private final int controllerPort = FreePort.find();

    @TempDir
    private Path folder;

    @Test
    void rows_wait_while_the_broker_is_dead_and_then_first_appear_in_order() throws Exception {
        MessagingDatabase database = MessagingDatabase.create();
        LocalKafka before = launch();
        String bootstrapServers = before.bootstrapServers();
        TopicSetup.ensure(bootstrapServers, 1, 1);
        try (AssignedConsumer consumer =
                        AssignedConsumer.open(bootstrapServers, Set.of(Topic.JOBS), Map.of(), Beginning.NEWEST);
                RelayThread relay =
                        RelayThread.start(database.dataSource(), MessagingDatabase.SCHEMA, bootstrapServers)) {
            Map<EventId, Long> firstAppearances = new LinkedHashMap<>();
            append(database, 1);
            Waiting.until("the first is read", () -> read(consumer, firstAppearances) == 1);

            before.child().process().destroyForcibly().waitFor();
            append(database, 2);
            append(database, 3);
            Waiting.until("the relay has found the broker dead", () -> relay.failuresTotal() > 0);
            assertThat(read(consumer, firstAppearances)).isEqualTo(1);
            assertThat(database.unpublished()).hasSize(2);
            Waiting.until(
                    "the backlog is known although nothing can be published",
                    () -> relay.backlog()
                            .filter(backlog ->
                                    backlog.rows() == 2 && backlog.oldestAge().isPositive())
                            .isPresent());

            LocalKafka after = launch();
            try (after) {
                Waiting.until("all are read", () -> read(consumer, firstAppearances) == 3);
                Waiting.until(
                        "the outbox is empty", () -> database.unpublished().isEmpty());
            }

            assertThat(firstAppearances.values()).containsExactly(1L, 2L, 3L);
        } finally {
            before.close();
        }
    }

    private LocalKafka launch() throws InterruptedException {
        LocalKafka kafka = LocalKafka.launch(folder, folder, brokerPort, controllerPort);
        assertThat(kafka.child().awaitReady(START_MAX)).isTrue();
        return kafka;
    }

    private void append(MessagingDatabase database, long sequence) throws Exception {
        database.append(List.of(records.toRow(envelope(sequence))));
    }

    private static Envelope envelope(long sequence) {
        return Envelope.of(
                new JobCancelled(new JobId("j"), sequence, NOON, FencingToken.NONE, NOON, 0),
                "/deeptrain/scheduler",
                sequence,
                NOON);
    }

    /** Reads what is there now and answers how many different facts have been read. */
    private int read(AssignedConsumer consumer, Map<EventId, Long> firstAppearances) {
        for (var kafkaRecord : consumer.poll(Duration.ofMillis(50))) {
            switch (records.read(kafkaRecord)) {
                case Received.Readable(Envelope envelope, var _) ->
                    firstAppearances.putIfAbsent(envelope.id(), envelope.sequence());
                case Received.Unreadable unreadable -> throw new AssertionError(unreadable.reason());
            }
        }
        return firstAppearances.size();
    }
}
