package io.deeptrain.messaging.adapter;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.CloudEventDeserializer;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.Event;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.SchedulerPulsed;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Rate;
import io.deeptrain.event.SchedulerId;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.Topic;
import io.deeptrain.messaging.OutboxRelay;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.Partition;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.messaging.adapter.kafka.Received;
import io.deeptrain.messaging.adapter.kafka.RelayThread;
import io.deeptrain.messaging.adapter.kafka.TopicSetup;
import io.deeptrain.messaging.adapter.postgres.PostgresOutbox;
import io.deeptrain.messaging.port.OutboxStore;
import io.deeptrain.messaging.port.TransportUnavailableException;
import io.deeptrain.testservers.adapter.TestServers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxToKafkaTest {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final String SOURCE = "/deeptrain/scheduler";
    private static final int PARTITIONS = 3;

    private final CloudEventRecords records = new CloudEventRecords();
    private MessagingDatabase database;

    @BeforeAll
    static void makeTopics() {
        TopicSetup.ensure(TestServers.kafka(), PARTITIONS, 1);
    }

    @BeforeEach
    void makeDatabase() throws Exception {
        database = MessagingDatabase.create();
    }

    @Test
    void making_the_topics_again_changes_nothing() {
        TopicSetup.ensure(TestServers.kafka(), PARTITIONS + 1, 1);

        try (AssignedConsumer consumer = open(Beginning.NEWEST)) {
            assertThat(consumer.partitions()).hasSize(PARTITIONS);
        }
    }

    @Test
    void rows_reach_kafka_in_the_order_of_their_key() throws Exception {
        int jobs = 20;
        int eventsPerJob = 60;
        int events = jobs * eventsPerJob;
        try (AssignedConsumer consumer = open(Beginning.NEWEST);
                RelayThread relay = startRelay()) {
            for (int sequence = 1; sequence <= eventsPerJob; sequence++) {
                int current = sequence;
                database.append(IntStream.range(0, jobs)
                        .mapToObj(job -> row(cancelled("order-" + job, current)))
                        .toList());
            }

            Map<String, List<Long>> sequences = Waiting.forRecords(consumer, read -> read.size() >= events).stream()
                    .map(this::readable)
                    .collect(groupingBy(
                            envelope -> envelope.event().partitionKey(), mapping(Envelope::sequence, toList())));

            assertThat(sequences).hasSize(jobs);
            assertThat(sequences.values())
                    .allSatisfy(ofOneJob -> assertThat(ofOneJob)
                            .isEqualTo(LongStream.rangeClosed(1, eventsPerJob)
                                    .boxed()
                                    .toList()));
            Waiting.until("the outbox is empty", () -> database.unpublished().isEmpty());
            Waiting.until("the relay has counted", () -> relay.publishedTotal() == events);
            assertThat(relay.failuresTotal()).isZero();
        }
    }

    @Test
    void a_relay_that_dies_between_acknowledgement_and_deletion_publishes_twice_with_the_same_id() throws Exception {
        OutboxRow row = row(cancelled("twice", 1));
        database.append(List.of(row));

        try (AssignedConsumer consumer = open(Beginning.NEWEST);
                KafkaEventLog log = new KafkaEventLog(TestServers.kafka())) {
            try (Connection connection = database.connect()) {
                OutboxStore store = new PostgresOutbox(MessagingDatabase.SCHEMA).on(connection);
                assertThatExceptionOfType(TransportUnavailableException.class)
                        .isThrownBy(() -> OutboxRelay.round(new DyingBeforeDelete(store), log));
            }
            assertThat(round(log)).isEqualTo(1);

            assertThat(Waiting.forRecords(consumer, read -> read.size() >= 2))
                    .extracting(read -> header(read, "ce_id"))
                    .containsExactly(row.headers().get("ce_id"), row.headers().get("ce_id"));
            assertThat(database.unpublished()).isEmpty();
        }
    }

    @Test
    void a_smaller_id_that_is_committed_after_a_larger_one_was_published_is_published_too() throws Exception {
        OutboxRow first = row(cancelled("first", 1));
        OutboxRow second = row(cancelled("second", 1));
        PostgresOutbox outbox = new PostgresOutbox(MessagingDatabase.SCHEMA);
        try (AssignedConsumer consumer = open(Beginning.NEWEST);
                KafkaEventLog log = new KafkaEventLog(TestServers.kafka());
                Connection slow = database.connect();
                Connection quick = database.connect()) {
            outbox.append(slow, List.of(first));
            outbox.append(quick, List.of(second));
            quick.commit();
            assertThat(round(log)).isEqualTo(1);
            slow.commit();
            assertThat(round(log)).isEqualTo(1);

            assertThat(Waiting.forRecords(consumer, read -> read.size() >= 2))
                    .extracting(read -> header(read, "ce_id"))
                    .containsExactlyInAnyOrder(
                            first.headers().get("ce_id"), second.headers().get("ce_id"));
        }
    }

    @Test
    void what_was_rolled_back_is_never_published() throws Exception {
        try (KafkaEventLog log = new KafkaEventLog(TestServers.kafka())) {
            try (Connection connection = database.connect()) {
                new PostgresOutbox(MessagingDatabase.SCHEMA).append(connection, List.of(row(cancelled("never", 1))));
                connection.rollback();
            }
            assertThat(round(log)).isZero();
        }
    }

    @Test
    void a_row_keeps_every_part_on_its_way_through_the_outbox() throws Exception {
        byte[] everyByte = new byte[256];
        for (int i = 0; i < everyByte.length; i++) {
            everyByte[i] = (byte) i;
        }
        List<OutboxRow> rows = List.of(
                new OutboxRow(1, "t", "", OptionalInt.of(2), Map.of("ä \"quoted\", {}\\", "\uD83D\uDE00\n"), everyByte),
                new OutboxRow(2, "t", "NULL", OptionalInt.empty(), Map.of(), new byte[0]));

        database.append(rows);

        assertThat(database.unpublished()).isEqualTo(rows);
    }

    @Test
    void a_round_is_limited_in_bytes_as_well_but_always_moves_on() throws Exception {
        int bodyBytes = 1_900_000;
        for (int i = 0; i < 12; i++) {
            database.append(List.of(new OutboxRow("t", "k", Map.of(), new byte[bodyBytes])));
        }

        assertThat(database.unpublished()).hasSize(9);
    }

    @Test
    void a_pulse_reaches_the_partition_that_it_names() throws Exception {
        try (AssignedConsumer consumer = AssignedConsumer.open(
                        TestServers.kafka(), Set.of(Topic.HEARTBEATS), Map.of(), Beginning.NEWEST);
                KafkaEventLog log = new KafkaEventLog(TestServers.kafka())) {
            log.publish(IntStream.range(0, PARTITIONS)
                    .mapToObj(partition ->
                            row(envelope(new SchedulerPulsed(new SchedulerId("s1"), 1, partition, 1, NOON), 1)))
                    .toList());

            assertThat(Waiting.forRecords(consumer, read -> read.size() >= PARTITIONS))
                    .allSatisfy(
                            read -> assertThat(((SchedulerPulsed) readable(read).event()).partition())
                                    .isEqualTo(read.partition()));
        }
    }

    @Test
    void one_relay_of_a_schema_publishes_and_another_takes_over() throws Exception {
        RelayThread first = startRelay();
        Waiting.until("the first leads", first::leading);
        try (AssignedConsumer consumer = open(Beginning.NEWEST);
                RelayThread second = startRelay()) {
            database.append(List.of(row(cancelled("led", 1))));
            Waiting.until("the first has published", () -> first.publishedTotal() == 1);
            assertThat(second.leading()).isFalse();

            first.close();
            Waiting.until("the second leads", second::leading);
            database.append(List.of(row(cancelled("led", 2))));
            Waiting.until("the second has published", () -> second.publishedTotal() == 1);

            assertThat(Waiting.forRecords(consumer, read -> read.size() >= 2))
                    .extracting(read -> readable(read).sequence())
                    .containsExactly(1L, 2L);
        } finally {
            first.close();
        }
    }

    @Test
    void a_relay_whose_connection_is_cut_connects_again() throws Exception {
        try (RelayThread relay = startRelay()) {
            Waiting.until("it leads", relay::leading);

            try (Connection connection = database.connect();
                    Statement cut = connection.createStatement()) {
                cut.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where datname = current_database() and pid <> pg_backend_pid()");
            }
            database.append(List.of(row(cancelled("after-the-cut", 1))));

            Waiting.until("it has published", () -> relay.publishedTotal() == 1);
            assertThat(relay.failuresTotal()).isPositive();
        }
    }

    @Test
    void the_backlog_is_how_much_waits_and_how_long() throws Exception {
        database.append(List.of(row(cancelled("waits", 1)), row(cancelled("waits", 2))));

        try (Connection connection = database.connect()) {
            PostgresOutbox.Backlog backlog = new PostgresOutbox(MessagingDatabase.SCHEMA).backlog(connection);
            assertThat(backlog.rows()).isEqualTo(2);
            assertThat(backlog.oldestAge()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
        }
    }

    @Test
    void the_runtime_role_cannot_change_what_lies_in_the_outbox() throws Exception {
        database.append(List.of(row(cancelled("fixed", 1))));

        try (Connection connection = database.connect();
                Statement update = connection.createStatement()) {
            assertThatThrownBy(() -> update.execute("update scheduler.outbox set record_key = 'other'"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void a_reader_of_cloud_events_alone_reads_what_is_written() throws Exception {
        JobId jobId = new JobId("cloud");
        List<JobEvent> history = List.of(
                new JobQueued(
                        jobId,
                        1,
                        NOON,
                        new Tenant("acme", "digits"),
                        new ModelId("m"),
                        new ModelVersionId("v"),
                        "visual-classifier",
                        "classification_cifar10_v1",
                        1,
                        new Rate(400, "USD"),
                        new CostCap.Unlimited(),
                        Duration.ofMinutes(7)),
                new JobCancelled(jobId, 2, NOON, FencingToken.NONE, NOON, 0));
        Map<String, Object> settings = Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, TestServers.kafka());
        try (KafkaConsumer<String, CloudEvent> consumer =
                        new KafkaConsumer<>(settings, new StringDeserializer(), new CloudEventDeserializer());
                KafkaEventLog log = new KafkaEventLog(TestServers.kafka())) {
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(Topic.JOBS.topicName(), partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            log.publish(history.stream()
                    .map(event -> row(envelope(event, event.sequence())))
                    .toList());

            List<ConsumerRecord<String, CloudEvent>> read = new ArrayList<>();
            Waiting.until("both are read", () -> {
                consumer.poll(Duration.ofMillis(50)).forEach(read::add);
                return read.size() >= history.size();
            });

            CloudEvent first = read.getFirst().value();
            assertThat(first.getSpecVersion()).hasToString("1.0");
            assertThat(first.getType()).isEqualTo("io.deeptrain.job.queued.v1");
            assertThat(first.getSource()).isEqualTo(URI.create(SOURCE));
            assertThat(first.getSubject()).isEqualTo("jobs/cloud");
            assertThat(first.getTime()).isEqualTo(OffsetDateTime.parse("2026-11-21T12:00:00Z"));
            assertThat(first.getDataContentType()).isEqualTo("application/json");
            assertThat(first.getDataSchema()).isEqualTo(URI.create("urn:deeptrain:event:job.queued.v1"));
            assertThat(first.getExtension("partitionkey")).isEqualTo("cloud");
            assertThat(new String(Objects.requireNonNull(first.getData()).toBytes(), StandardCharsets.UTF_8))
                    .startsWith("{\"job_id\":\"cloud\",\"sequence\":1,");
            assertThat(read)
                    .extracting(record -> record.value().getExtension("sequence"))
                    .containsExactly("1", "2");
            assertThat(read)
                    .extracting(record -> record.value().getId())
                    .isEqualTo(history.stream()
                            .map(event -> envelope(event, event.sequence()).id().toString())
                            .toList());
        }
    }

    @Test
    void reading_goes_on_at_the_offset_that_was_kept() throws Exception {
        try (KafkaEventLog log = new KafkaEventLog(TestServers.kafka())) {
            Map<Partition, Long> kept;
            try (AssignedConsumer consumer = open(Beginning.NEWEST)) {
                log.publish(List.of(row(cancelled("kept", 1))));
                Waiting.forRecords(consumer, read -> read.size() == 1);
                kept = consumer.nextOffsets();
            }
            log.publish(List.of(row(cancelled("kept", 2)), row(cancelled("kept", 3))));
            try (AssignedConsumer consumer =
                    AssignedConsumer.open(TestServers.kafka(), Set.of(Topic.JOBS), kept, Beginning.OLDEST)) {
                assertThat(Waiting.forRecords(consumer, read -> read.size() >= 2))
                        .extracting(read -> readable(read).sequence())
                        .containsExactly(2L, 3L);
                assertThat(consumer.lag()).isZero();

                consumer.seek(kept);

                assertThat(Waiting.forRecords(consumer, read -> read.size() >= 2))
                        .extracting(read -> readable(read).sequence())
                        .containsExactly(2L, 3L);
            }
        }
    }

    private record DyingBeforeDelete(OutboxStore store) implements OutboxStore {
        @Override
        public List<OutboxRow> unpublished(int max) {
            return store.unpublished(max);
        }

        @Override
        public void delete(List<Long> ids) {
            throw new TransportUnavailableException("killed before the deletion of " + ids);
        }
    }

    private int round(KafkaEventLog log) throws SQLException {
        try (Connection connection = database.connect()) {
            int moved = OutboxRelay.round(new PostgresOutbox(MessagingDatabase.SCHEMA).on(connection), log);
            connection.commit();
            return moved;
        }
    }

    private RelayThread startRelay() {
        return RelayThread.start(database.dataSource(), MessagingDatabase.SCHEMA, TestServers.kafka());
    }

    private static AssignedConsumer open(Beginning beginning) {
        return AssignedConsumer.open(TestServers.kafka(), Set.of(Topic.JOBS), Map.of(), beginning);
    }

    private OutboxRow row(Envelope envelope) {
        return records.toRow(envelope);
    }

    private static Envelope cancelled(String jobId, long sequence) {
        return envelope(new JobCancelled(new JobId(jobId), sequence, NOON, FencingToken.NONE, NOON, 0), sequence);
    }

    private static Envelope envelope(Event event, long sequence) {
        return Envelope.of(event, SOURCE, sequence, NOON);
    }

    private Envelope readable(ConsumerRecord<byte[], byte[]> read) {
        return switch (records.read(read)) {
            case Received.Readable(Envelope envelope, var _) -> envelope;
            case Received.Unreadable unreadable -> throw new AssertionError(unreadable.reason());
        };
    }

    private static String header(ConsumerRecord<byte[], byte[]> read, String name) {
        return new String(read.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
