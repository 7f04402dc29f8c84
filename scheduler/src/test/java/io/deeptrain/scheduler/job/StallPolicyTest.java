package io.deeptrain.scheduler.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Phase;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StallPolicyTest {
    @Test
    void a_fast_training_may_be_quiet_for_two_minutes() {
        assertThat(StallPolicy.STANDARD.limitFor(Phase.TRAINING, Pace.UNKNOWN)).isEqualTo(Duration.ofMinutes(2));
        assertThat(StallPolicy.STANDARD.limitFor(Phase.TRAINING, new Pace(List.of(12_000L))))
                .isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void a_slow_training_may_be_quiet_for_ten_of_its_median_steps() {
        assertThat(StallPolicy.STANDARD.limitFor(Phase.TRAINING, new Pace(List.of(90_000L, 12_001L, 50L))))
                .isEqualTo(Duration.ofMillis(120_010));
    }

    @Test
    void a_nonsensical_pace_is_believed_up_to_a_limit() {
        assertThat(StallPolicy.STANDARD.limitFor(Phase.TRAINING, new Pace(List.of(Long.MAX_VALUE))))
                .isEqualTo(Duration.ofHours(6));
    }

    @Test
    void evaluation_and_export_count_no_steps_and_may_be_quiet_longer() {
        assertThat(StallPolicy.STANDARD.limitFor(Phase.EVALUATING, Pace.UNKNOWN))
                .isEqualTo(Duration.ofMinutes(15));
        assertThat(StallPolicy.STANDARD.limitFor(Phase.EXPORTING, Pace.UNKNOWN)).isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void the_pace_is_that_of_the_newest_reports() {
        Pace pace = Pace.UNKNOWN;
        for (long millis : LongStream.rangeClosed(1, 20).toArray()) {
            pace = pace.after(2, 2 * millis);
        }
        assertThat(pace.stepMillis())
                .isEqualTo(LongStream.rangeClosed(6, 20).boxed().toList());
        assertThat(pace.medianMillis()).isEqualTo(13);
        assertThat(pace.after(0, 500)).isEqualTo(pace);
        assertThat(pace.after(3, 0)).isEqualTo(pace);
    }
}
