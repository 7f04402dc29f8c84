package io.deeptrain.scheduler.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RemainingWorkTest {
    private static final Duration ESTIMATE = Duration.ofMinutes(10);

    @Test
    void an_estimate_that_may_be_right_leaves_what_was_not_yet_done() {
        assertThat(RemainingWork.of(ESTIMATE, Duration.ofMinutes(4), 2))
                .isEqualTo(new RemainingWork(Duration.ofMinutes(12).toMillis()));
        assertThat(RemainingWork.of(ESTIMATE, Duration.ofMinutes(15), 2)).isEqualTo(new RemainingWork(0));
    }

    @Test
    void once_an_estimate_was_wrong_by_more_than_half_what_was_attained_counts() {
        Duration attained = Duration.ofMinutes(15).plusMillis(1);
        assertThat(RemainingWork.of(ESTIMATE, attained, 2)).isEqualTo(new RemainingWork(2 * attained.toMillis()));
    }

    @Test
    void without_an_estimate_the_least_attained_service_goes_first() {
        assertThat(RemainingWork.of(Duration.ZERO, Duration.ofMinutes(3), 4))
                .isEqualTo(new RemainingWork(Duration.ofMinutes(12).toMillis()));
    }

    @Test
    void work_is_never_negative() {
        assertThatThrownBy(() -> new RemainingWork(-1)).hasMessageContaining("-1");
    }
}
