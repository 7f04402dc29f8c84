package io.deeptrain.scheduler.adapter.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.explain.Proposal;
import io.deeptrain.scheduler.queue.Priority;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WhatIfJsonTest {
    private static final String COMPLETE =
            "{'job': {'user': 'ann', 'app': 'cats', 'gpus': 4, 'priority': 'high', 'expected_seconds': 90}}";

    private final WhatIfJson json = new WhatIfJson();

    @Test
    void a_question_is_read_with_its_priority_or_without() {
        Proposal proposal =
                new Proposal(new Tenant("ann", "cats"), 4, Optional.of(Priority.HIGH), Duration.ofSeconds(90));
        assertThat(question(COMPLETE)).isEqualTo(proposal);
        assertThat(question(COMPLETE.replace("'priority': 'high', ", "")))
                .isEqualTo(new Proposal(proposal.tenant(), 4, Optional.empty(), proposal.expected()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'gpus': 4 | 'gpus': 0 | gpus must be a whole number, 1 to 1024: 0",
                "'gpus': 4 | 'gpus': 1025 | gpus must be a whole number, 1 to 1024: 1025",
                "'gpus': 4 | 'gpus': '4' | gpus must be a whole number, 1 to 1024: \"4\"",
                "'gpus': 4, |  | gpus must be a whole number, 1 to 1024: it is not there",
                "90 | 31536001 | expected_seconds must be a whole number, 1 to 31536000: 31536001",
                "'high' | 'urgent' | priority must be one of [LOW, NORMAL, HIGH, CRITICAL]: urgent",
                "'ann' | 7 | user must be a text: 7",
                "'ann' | '' | user id is blank",
                "'app' | 'ape' | job has no field ape: one of [user, app, gpus, priority, expected_seconds] would be right",
                "'job' | 'jobs' | question has no field jobs: one of [job] would be right",
            })
    void what_cannot_be_is_named_with_its_value_and_what_would_be_right(String part, String instead, String message) {
        String question = COMPLETE.replace(part, instead == null ? "" : instead);
        assertThatThrownBy(() -> question(question))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void what_is_not_json_is_refused() {
        assertThatThrownBy(() -> question("{")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> question("{}"))
                .hasMessage("job must be an object with some of "
                        + "[user, app, gpus, priority, expected_seconds]: it is not there");
    }

    private Proposal question(String text) {
        return json.question(text.replace('\'', '"'));
    }
}
