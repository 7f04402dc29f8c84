package io.deeptrain.messaging.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Envelope;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.SchedulerPulsed;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobId;
import io.deeptrain.event.SchedulerId;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.Position;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CloudEventRecordsTest {
    private static final String TOPIC = "deeptrain.jobs";
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final Envelope CANCELLED = Envelope.of(
            new JobCancelled(new JobId("j1"), 3, NOON, new FencingToken(1), NOON.minusMillis(5), 1_500),
            "/deeptrain/scheduler",
            3,
            NOON);
    private static final Position POSITION = new Position(TOPIC, 4, 17);

    private final CloudEventRecords records = new CloudEventRecords();
    private final OutboxRow row = records.toRow(CANCELLED);

    @Test
    void an_event_is_written_as_a_cloud_event_in_binary_mode() {
        assertThat(row)
                .isEqualTo(new OutboxRow(
                        TOPIC,
                        "j1",
                        Map.of(
                                "ce_specversion", "1.0",
                                "ce_id", CANCELLED.id().toString(),
                                "ce_type", "io.deeptrain.job.cancelled.v1",
                                "ce_source", "/deeptrain/scheduler",
                                "ce_subject", "jobs/j1",
                                "ce_time", "2026-11-21T12:00:00Z",
                                "ce_sequence", "3",
                                "ce_partitionkey", "j1",
                                "ce_dataschema", "urn:deeptrain:event:job.cancelled.v1",
                                "content-type", "application/json"),
                        bytes(
                                "{\"job_id\":\"j1\",\"sequence\":3,\"occurred_at\":\"2026-11-21T12:00:00Z\",\"attempt\":1,"
                                        + "\"cancelled_at\":\"2026-11-21T11:59:59.995Z\",\"reading_millis\":1500}")));
    }

    @Test
    void what_was_written_is_read_back() {
        assertThat(records.read(recordOf(bytes("j1"), row.headers(), row.body())))
                .isEqualTo(new Received.Readable(CANCELLED, POSITION));
    }

    @Test
    void a_pulse_goes_to_the_partition_that_it_names() {
        SchedulerPulsed pulse = new SchedulerPulsed(new SchedulerId("s1"), 1, 6, 99, NOON);

        assertThat(records.toRow(Envelope.of(pulse, "/deeptrain/scheduler", 99, NOON))
                        .partition())
                .isEqualTo(OptionalInt.of(6));
    }

    @Test
    void headers_of_others_and_a_charset_do_not_matter() {
        Map<String, String> headers = new TreeMap<>(row.headers());
        headers.put("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        headers.put("content-type", "application/json; charset=UTF-8");

        assertThat(records.read(recordOf(bytes("j1"), headers, row.body())))
                .isEqualTo(new Received.Readable(CANCELLED, POSITION));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_sequence", "content-type"})
    void an_attribute_that_is_missing_or_blank_makes_a_dead_letter(String name) {
        Map<String, String> without = new TreeMap<>(row.headers());
        without.remove(name);
        Map<String, String> blank = new TreeMap<>(row.headers());
        blank.put(name, " ");

        assertDeadLetter(bytes("j1"), without, row.body(), "there is no " + name);
        assertDeadLetter(bytes("j1"), blank, row.body(), "there is no " + name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ce_specversion | 2.0 | ce_specversion must be 1.0: 2.0",
                "ce_id | 17 | ce_id cannot be read: 17",
                "ce_type | io.deeptrain.job.paused.v1 | event type is unknown: io.deeptrain.job.paused.v1",
                "ce_type | io.deeptrain.job.cancelled.v2 | event type is unknown: io.deeptrain.job.cancelled.v2",
                "ce_type | io.deeptrain.job.sealed.v1 | event type io.deeptrain.job.sealed.v1 does not belong on topic deeptrain.jobs",
                "ce_time | noon | ce_time cannot be read: noon",
                "ce_sequence | three | ce_sequence cannot be read: three",
                "ce_sequence | -1 | ce_sequence cannot be read: -1",
                "content-type | application/avro | content-type must be application/json: application/avro"
            })
    void an_attribute_that_this_build_does_not_know_makes_a_dead_letter(String name, String value, String reason) {
        Map<String, String> headers = new TreeMap<>(row.headers());
        headers.put(name, value);

        assertDeadLetter(bytes("j1"), headers, row.body(), reason);
    }

    @Test
    void a_body_that_cannot_be_makes_a_dead_letter_with_its_bytes() {
        byte[] negativeAttempt = bytes(text(row.body()).replace("\"attempt\":1", "\"attempt\":-1"));

        assertDeadLetter(bytes("j1"), row.headers(), new byte[0], "body is empty");
        assertDeadLetter(
                bytes("j1"), row.headers(), negativeAttempt, "fencing token is negative: -1, at [\"attempt\"]");
    }

    @Test
    void a_key_that_is_not_the_events_makes_a_dead_letter() {
        assertDeadLetter(bytes("j2"), row.headers(), row.body(), "key must be j1: j2");
    }

    @Test
    void what_is_absent_or_not_text_is_parked_as_what_it_is() {
        RecordHeaders headers = new RecordHeaders();
        headers.add("ce_type", new byte[] {(byte) 0xFF, 0});
        headers.add("nothing", null);

        Received received = records.read(new ConsumerRecord<>(
                TOPIC,
                4,
                17,
                0,
                TimestampType.CREATE_TIME,
                1,
                0,
                new byte[] {(byte) 0xC3},
                null,
                headers,
                Optional.empty()));

        assertThat(received)
                .isEqualTo(new Received.Unreadable(
                        new OutboxRow(
                                TOPIC + ".dlq",
                                "ww==",
                                Map.of(
                                        "ce_type.base64", "/wA=",
                                        "nothing", "",
                                        "dlq_key", "base64",
                                        "dlq_body", "absent",
                                        "dlq_reason", "there is no ce_specversion",
                                        "dlq_topic", TOPIC,
                                        "dlq_partition", "4",
                                        "dlq_offset", "17"),
                                new byte[0]),
                        "there is no ce_specversion",
                        POSITION));
    }

    @Test
    void a_record_without_a_key_is_parked() {
        Received received = records.read(recordOf(null, row.headers(), row.body()));

        assertThat(received).isInstanceOfSatisfying(Received.Unreadable.class, unreadable -> {
            assertThat(unreadable.reason()).isEqualTo("there is no key");
            assertThat(unreadable.deadLetter().key()).isEmpty();
            assertThat(unreadable.deadLetter().headers()).containsEntry("dlq_key", "absent");
        });
    }

    @Test
    void a_body_above_all_limits_is_cut_and_says_so() {
        byte[] huge = new byte[DeadLetters.BODY_BYTES_MAX + 1];

        Received received = records.read(recordOf(bytes("j1"), row.headers(), huge));

        assertThat(received).isInstanceOfSatisfying(Received.Unreadable.class, unreadable -> {
            assertThat(unreadable.deadLetter().body()).isEqualTo(Arrays.copyOf(huge, huge.length - 1));
            assertThat(unreadable.deadLetter().headers()).containsEntry("dlq_body", "first 1250000 of 1250001 bytes");
        });
    }

    @Test
    void headers_and_keys_above_all_limits_still_make_a_row_that_fits() {
        RecordHeaders headers = new RecordHeaders();
        for (int i = 0; i < 1_000; i++) {
            headers.add("\uD83D\uDE00".repeat(2_000) + i, bytes("\uD83D\uDE00".repeat(5_000)));
            headers.add("binary" + i, new byte[10_000]);
        }
        byte[] key = bytes("x" + "\uD83D\uDE00".repeat(300_000));

        Received received = records.read(new ConsumerRecord<>(
                TOPIC,
                4,
                17,
                0,
                TimestampType.CREATE_TIME,
                1,
                0,
                key,
                new byte[DeadLetters.BODY_BYTES_MAX],
                headers,
                Optional.empty()));

        assertThat(received).isInstanceOf(Received.Unreadable.class);
    }

    private void assertDeadLetter(byte[] key, Map<String, String> headers, byte[] body, String reason) {
        Map<String, String> expected = new TreeMap<>(headers);
        expected.put("dlq_key", "text");
        expected.put("dlq_body", "whole");
        expected.put("dlq_reason", reason);
        expected.put("dlq_topic", TOPIC);
        expected.put("dlq_partition", "4");
        expected.put("dlq_offset", "17");
        assertThat(records.read(recordOf(key, headers, body)))
                .isEqualTo(new Received.Unreadable(
                        new OutboxRow(TOPIC + ".dlq", text(key), expected, body), reason, POSITION));
    }

    private static ConsumerRecord<byte[], byte[]> recordOf(
            byte @Nullable [] key, Map<String, String> headers, byte[] body) {
        RecordHeaders kafkaHeaders = new RecordHeaders();
        headers.forEach((name, value) -> kafkaHeaders.add(name, bytes(value)));
        return new ConsumerRecord<>(
                TOPIC, 4, 17, 0, TimestampType.CREATE_TIME, 1, 0, key, body, kafkaHeaders, Optional.empty());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
