package io.deeptrain.api.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedeliveryTest {
    @ParameterizedTest
    @ValueSource(ints = {200, 202, 204, 299})
    void what_is_taken_is_delivered(int status) {
        assertThat(Redelivery.answered(3, status)).isEqualTo(new Settlement.Delivered());
    }

    @ParameterizedTest
    @ValueSource(ints = {199, 300, 302, 400, 404, 409, 411, 500, 503})
    void any_other_answer_is_tried_again(int status) {
        assertThat(Redelivery.answered(1, status))
                .isEqualTo(new Settlement.Again(Duration.ofSeconds(5), "the server answered " + status));
    }

    @Test
    void whoever_says_that_they_are_gone_is_told_nothing_more() {
        assertThat(Redelivery.answered(1, 410)).isEqualTo(new Settlement.Unwanted("the server answered 410, Gone"));
        assertThat(Redelivery.answered(10, 410)).isEqualTo(new Settlement.Unwanted("the server answered 410, Gone"));
    }

    @Test
    void the_pauses_grow_and_after_nine_of_them_it_is_given_up() {
        assertThat(Redelivery.failed(1, "away")).isEqualTo(new Settlement.Again(Duration.ofSeconds(5), "away"));
        assertThat(Redelivery.failed(2, "away")).isEqualTo(new Settlement.Again(Duration.ofMinutes(5), "away"));
        assertThat(Redelivery.failed(9, "away")).isEqualTo(new Settlement.Again(Duration.ofHours(24), "away"));
        assertThat(Redelivery.failed(10, "away")).isEqualTo(new Settlement.GivenUp("away"));
        Duration before = Duration.ZERO;
        for (int attempts = 1; attempts <= 9; attempts++) {
            Duration pause = ((Settlement.Again) Redelivery.failed(attempts, "away")).pause();
            assertThat(pause).isGreaterThan(before);
            before = pause;
        }
    }
}
