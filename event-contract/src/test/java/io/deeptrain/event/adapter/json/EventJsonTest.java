package io.deeptrain.event.adapter.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Event;
import io.deeptrain.event.EventType;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.SampleEvents;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.event.WorkerId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventJsonTest {
    private static final EventJson JSON = new EventJson();
    private static final EventType CANCELLED = type("io.deeptrain.training.cancelled.v1");
    private static final EventType STOPPED = type("io.deeptrain.attempt.stopped.v1");
    private static final EventType PROGRESS = type("io.deeptrain.attempt.progress-reported.v1");
    private static final EventType REQUESTED = type("io.deeptrain.training.requested.v1");

    @ParameterizedTest
    @FieldSource("io.deeptrain.event.SampleEvents#ALL")
    void what_is_written_is_read_back(Event event) throws Exception {
        assertThat(JSON.parse(EventType.of(event), JSON.body(event))).isEqualTo(event);
    }

    @Test
    void hyperparameters_keep_the_type_that_they_had() throws Exception {
        TrainingRequested sample = (TrainingRequested) SampleEvents.of(REQUESTED);

        TrainingRequested read = (TrainingRequested) JSON.parse(REQUESTED, JSON.body(sample));

        assertThat(read.spec().hyperparameters())
                .isEqualTo(Map.of(
                        "batch_size",
                        64L,
                        "learning_rate",
                        0.05,
                        "whole_rate",
                        1.0,
                        "flip",
                        true,
                        "schedule",
                        "cosine"));
    }

    @Test
    void a_hyperparameter_may_be_a_list_of_numbers() throws Exception {
        TrainingSpec sample = ((TrainingRequested) SampleEvents.of(REQUESTED)).spec();
        TrainingRequested asked = requested(sample, Map.of("steps", List.of(30.0, 40.5), "ratios", List.of()));

        assertThat(JSON.parse(REQUESTED, JSON.body(asked))).isEqualTo(asked);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> requested(sample, Map.of("steps", List.of("text"))))
                .withMessageContaining("hyperparameter steps must be");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> requested(sample, Map.of("steps", List.of(Double.NaN))))
                .withMessageContaining("hyperparameter steps must be");
    }

    private static TrainingRequested requested(TrainingSpec sample, Map<String, Object> hyperparameters) {
        TrainingRequested event = (TrainingRequested) SampleEvents.of(REQUESTED);
        TrainingSpec spec = new TrainingSpec(
                sample.modelTypeId(),
                sample.template(),
                hyperparameters,
                sample.concepts(),
                sample.manifest(),
                sample.inputCount(),
                sample.invalidDataTolerancePercent(),
                sample.gpus(),
                sample.seed());
        return new TrainingRequested(
                event.jobId(),
                event.tenant(),
                event.modelId(),
                event.modelVersionId(),
                spec,
                event.rate(),
                event.cap(),
                event.estimate(),
                event.requestedAt());
    }

    @Test
    void a_loss_that_is_not_a_number_is_read_back() throws Exception {
        ProgressReported first = new ProgressReported(
                new JobId("j"),
                new FencingToken(1),
                new WorkerId("w"),
                1,
                new Progress(Phase.TRAINING, 0, 5, 0, 600, Double.NaN, Map.of(), 0),
                0);

        assertThat(JSON.parse(PROGRESS, JSON.body(first))).isEqualTo(first);
    }

    @Test
    void a_property_of_a_later_version_is_passed_over() throws Exception {
        assertThat(read(CANCELLED, """
                {"job_id":"j","cancelled_at":"2026-11-21T12:00:00Z","by":{"user":["x"]}}""")).isEqualTo(read(CANCELLED, """
                {"job_id":"j","cancelled_at":"2026-11-21T12:00:00Z"}"""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "\"j\"",
                "17",
                "{",
                "{}",
                "\u0000",
                "{\"job_id\":\"j\"}",
                "{\"job_id\":null,\"cancelled_at\":\"2026-11-21T12:00:00Z\"}",
                "{\"job_id\":\"\",\"cancelled_at\":\"2026-11-21T12:00:00Z\"}",
                "{\"job_id\":17,\"cancelled_at\":\"2026-11-21T12:00:00Z\"}",
                "{\"job_id\":true,\"cancelled_at\":\"2026-11-21T12:00:00Z\"}",
                "{\"job_id\":{\"value\":\"j\"},\"cancelled_at\":\"2026-11-21T12:00:00Z\"}",
                "{\"job_id\":\"j\",\"cancelled_at\":\"noon\"}",
                "{\"job_id\":\"j\",\"cancelled_at\":\"\"}",
                "{\"job_id\":\"j\",\"cancelled_at\":1763726400}",
                "{\"job_id\":\"j\",\"cancelled_at\":1763726400.5}",
                "{\"job_id\":\"j\",\"cancelled_at\":\"1763726400\"}",
                "{\"job_id\":\"j\",\"cancelled_at\":\"2026-11-21T12:00:00Z\"} {}",
                "{\"job_id\":\"j\",\"job_id\":\"k\",\"cancelled_at\":\"2026-11-21T12:00:00Z\"}",
                "{\"jobId\":\"j\",\"cancelledAt\":\"2026-11-21T12:00:00Z\"}"
            })
    void a_body_that_is_not_exactly_the_event_is_unreadable(String body) {
        assertUnreadable(CANCELLED, body);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "reason | \"TIRED\"",
                "reason | \"cancelled\"",
                "reason | 0",
                "reason | \"\"",
                "reason | null",
                "attempt | -1",
                "attempt | \"2\"",
                "attempt | 2.0",
                "attempt | null",
                "attempt | 9223372036854775808",
                "reading_millis | \"31000\"",
                "reading_millis | 31000.5",
                "reading_millis | true",
                "reading_millis | null",
                "reading_millis | []"
            })
    void a_value_that_is_unknown_or_of_another_type_is_unreadable(String property, String value) throws Exception {
        String written = new String(JSON.body(SampleEvents.of(STOPPED)), StandardCharsets.UTF_8);
        String changed = written.replaceFirst(
                "\"%s\":(\"[A-Z]+\"|[0-9]+)".formatted(property), "\"%s\":%s".formatted(property, value));
        assertThat(changed).isNotEqualTo(written);

        assertUnreadable(STOPPED, changed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "{\"kind\":\"at_most\",\"cents\":2500} | {\"kind\":\"per_day\",\"cents\":2500}",
                "{\"kind\":\"at_most\",\"cents\":2500} | {\"cents\":2500}",
                "{\"kind\":\"at_most\",\"cents\":2500} | {\"kind\":\"at_most\"}",
                "{\"kind\":\"at_most\",\"cents\":2500} | {\"kind\":\"at_most\",\"cents\":-1}",
                "{\"kind\":\"at_most\",\"cents\":2500} | null",
                "\"batch_size\":64 | \"batch_size\":null",
                "\"batch_size\":64 | \"batch_size\":[64]",
                "\"batch_size\":64 | \"batch_size\":{\"of\":64}",
                "\"batch_size\":64 | \"batch_size\":9223372036854775808",
                "\"learning_rate\":0.05 | \"learning_rate\":1e999",
                "[\"zero\",\"one\"] | [\"zero\",null]",
                "[\"zero\",\"one\"] | [\"zero\",1]",
                "[\"zero\",\"one\"] | []",
                "\"PT7M\" | \"7 minutes\"",
                "\"PT7M\" | 420",
                "\"PT7M\" | null"
            })
    void a_part_that_is_unknown_or_of_another_type_is_unreadable(String part, String otherPart) {
        String written = new String(JSON.body(SampleEvents.of(REQUESTED)), StandardCharsets.UTF_8);
        String changed = written.replace(part, otherPart);
        assertThat(changed).isNotEqualTo(written);

        assertUnreadable(REQUESTED, changed);
    }

    @Test
    void what_the_record_itself_rejects_is_unreadable_and_the_reason_says_what_and_where() {
        String negativeEpoch = new String(JSON.body(SampleEvents.of(PROGRESS)), StandardCharsets.UTF_8)
                .replace("\"epoch\":2", "\"epoch\":-2");

        assertThatExceptionOfType(UnreadableEventException.class)
                .isThrownBy(() -> read(PROGRESS, negativeEpoch))
                .withMessage("progress is negative: epoch -2, step 301, at [\"progress\"]");
    }

    @Test
    void a_truncated_body_is_unreadable_wherever_it_ends() {
        byte[] whole = JSON.body(SampleEvents.of(REQUESTED));
        for (int length = 0; length < whole.length; length++) {
            assertUnreadable(REQUESTED, new String(whole, 0, length, StandardCharsets.UTF_8));
        }
    }

    @Test
    void junk_gives_a_short_reason() {
        assertThatExceptionOfType(UnreadableEventException.class)
                .isThrownBy(() -> read(CANCELLED, "x".repeat(EventJson.BODY_BYTES_MAX)))
                .satisfies(unreadable -> assertThat(unreadable.getMessage()).hasSizeLessThan(600));
    }

    @Test
    void a_body_above_the_limit_is_neither_read_nor_written() {
        assertThatExceptionOfType(UnreadableEventException.class)
                .isThrownBy(() -> read(CANCELLED, " ".repeat(EventJson.BODY_BYTES_MAX + 1)))
                .withMessage("body has 1048577 bytes, at most 1048576 are allowed");
        AttemptFailed longWinded = new AttemptFailed(
                new JobId("j"),
                new FencingToken(1),
                new WorkerId("w"),
                Fault.PLATFORM,
                "CODE",
                "x".repeat(EventJson.BODY_BYTES_MAX),
                0);
        assertThatIllegalArgumentException().isThrownBy(() -> JSON.body(longWinded));
    }

    private static Event read(EventType type, String body) throws UnreadableEventException {
        return JSON.parse(type, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertUnreadable(EventType type, String body) {
        assertThatExceptionOfType(UnreadableEventException.class).as(body).isThrownBy(() -> read(type, body));
    }

    private static EventType type(String name) {
        return EventType.named(name).orElseThrow();
    }
}
