package io.deeptrain.scheduler.adapter.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.Tenant;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.explain.Edit;
import io.deeptrain.scheduler.explain.Proposal;
import io.deeptrain.scheduler.explain.WhatIf;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueLimits;
import java.time.Duration;
import java.util.List;
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
        assertThat(question(COMPLETE).job()).isEqualTo(Optional.of(proposal));
        assertThat(question(COMPLETE.replace("'priority': 'high', ", "")).job().orElseThrow())
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
                "'app' | 'ape' | job has no field ape: one of [user, app, gpus, gpu_class, gpu_fraction, priority, expected_seconds] would be right",
                "'job' | 'jobs' | question has no field jobs: one of [job, changes] would be right",
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
        assertThatThrownBy(() -> question("{}")).hasMessage("a question needs a job or a change: it has neither");
        assertThatThrownBy(() -> question("{'job': 7}"))
                .hasMessage(
                        "job must be an object with some of [user, app, gpus, gpu_class, gpu_fraction, priority, expected_seconds]: 7");
    }

    @Test
    void changes_are_read() {
        WhatIf whatIf = question("{'changes': [{'join': {'count': 2, 'gpus_each': 8}}, {'leave': 'w-1'},"
                + " {'limit': {'level': 'user', 'user': 'ann', 'running_max': 3, 'weight': 2}}]}");
        assertThat(whatIf.job()).isEqualTo(Optional.empty());
        assertThat(whatIf.edits().subList(0, 2))
                .isEqualTo(List.of(new Edit.Join(2, 8), new Edit.Leave(new WorkerId("w-1"))));
        assertThat(whatIf.edits().get(2)).isInstanceOfSatisfying(Edit.Limit.class, limit -> {
            assertThat(limit.queue()).isEqualTo("ann");
            assertThat(limit.change().apply(QueueLimits.STANDARD))
                    .isEqualTo(QueueLimits.STANDARD.withRunningMax(3).withWeight(2));
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'jion': 1} | change has no field jion: one of [join, leave, limit] would be right",
                "{'join': {'count': 0, 'gpus_each': 8}} | count must be a whole number, 1 to 1000: 0",
                "{'leave': 7} | leave must be a text: 7",
                "{'limit': {'level': 'town'}} | level must be one of [app, user, group]: town",
            })
    void a_change_that_cannot_be_is_named_with_what_would_be_right(String change, String message) {
        assertThatThrownBy(() -> question("{'changes': [" + change + "]}")).hasMessage(message);
    }

    private WhatIf question(String text) {
        return json.question(text.replace('\'', '"'));
    }
}
