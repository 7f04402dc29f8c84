package io.deeptrain.messaging.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetryingTest {
    private final Retrying retrying = new Retrying();

    @Test
    void a_thing_is_tried_until_it_is_done_and_is_failing_in_between() {
        List<Boolean> failingAtAttempt = new ArrayList<>();

        String done = retrying.untilDone("do it", () -> {
            failingAtAttempt.add(retrying.isFailing());
            if (failingAtAttempt.size() < 3) {
                throw new SQLException("away");
            }
            return "done";
        });

        assertThat(done).isEqualTo("done");
        assertThat(failingAtAttempt).containsExactly(false, true, true);
        assertThat(retrying.isFailing()).isFalse();
    }

    @Test
    void one_thing_that_is_done_does_not_hide_another_that_fails() {
        List<Boolean> failing = new ArrayList<>();

        retrying.untilDone("do the outer thing", () -> {
            if (failing.isEmpty()) {
                failing.add(retrying.isFailing());
                throw new IllegalStateException("away");
            }
            retrying.untilDone("do the inner thing", () -> failing.add(retrying.isFailing()));
            return failing.add(retrying.isFailing());
        });

        assertThat(failing).containsExactly(false, true, true);
    }

    @Test
    void closing_ends_the_trying_with_the_last_failure_and_what_succeeds_at_once_still_does() {
        SQLException away = new SQLException("away");
        retrying.close();

        assertThatThrownBy(() -> retrying.untilDone("do it", () -> {
                    throw away;
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("do it")
                .hasCause(away);
        assertThat(retrying.isFailing()).isFalse();
        assertThat(retrying.untilDone("do it", () -> 1)).isEqualTo(1);
    }

    @Test
    void an_interrupt_ends_the_trying_and_is_kept() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> retrying.untilDone("do it", () -> {
                    throw new SQLException("away");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(Thread.interrupted()).isTrue();
    }
}
