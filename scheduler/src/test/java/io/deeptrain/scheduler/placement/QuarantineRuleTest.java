package io.deeptrain.scheduler.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.scheduler.placement.QuarantineRule.Standing;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuarantineRuleTest {
    private static final QuarantineRule RULE = new QuarantineRule(3, nanos(100), nanos(50), nanos(150), nanos(30));

    @Test
    void too_many_faults_within_the_window_take_it_out() {
        assertThat(afterFaults(0, 50)).isEqualTo(new Standing.Good(List.of(0L, 50L)));
        assertThat(afterFaults(0, 50, 99)).isEqualTo(new Standing.Out(1, 149));
        assertThat(afterFaults(0, 50, 100)).isEqualTo(new Standing.Good(List.of(50L, 100L)));
    }

    @Test
    void after_the_back_off_it_is_on_probation_and_then_good_again() {
        Standing out = afterFaults(0, 1, 2);
        assertThat(RULE.at(out, 51)).isEqualTo(new Standing.Out(1, 52));
        assertThat(RULE.at(out, 52)).isEqualTo(new Standing.Probation(1, 82));
        assertThat(RULE.at(RULE.at(out, 52), 81)).isEqualTo(new Standing.Probation(1, 82));
        assertThat(RULE.at(RULE.at(out, 52), 82)).isEqualTo(QuarantineRule.GOOD);
        assertThat(RULE.at(out, 82)).isEqualTo(QuarantineRule.GOOD);
    }

    @Test
    void one_fault_on_probation_takes_it_out_for_twice_as_long_up_to_the_limit() {
        Standing second = RULE.afterFault(afterFaults(0, 1, 2), 60);
        assertThat(second).isEqualTo(new Standing.Out(2, 160));
        Standing third = RULE.afterFault(second, 170);
        assertThat(third).isEqualTo(new Standing.Out(3, 320));
        assertThat(RULE.afterFault(third, 330)).isEqualTo(new Standing.Out(4, 480));
    }

    @Test
    void a_fault_of_work_from_before_changes_nothing_while_it_is_out() {
        Standing out = afterFaults(0, 1, 2);
        assertThat(RULE.afterFault(out, 20)).isEqualTo(out);
        assertThat(out.isOut()).isTrue();
        assertThat(RULE.at(out, 52).isOut()).isFalse();
    }

    @Test
    void a_rule_that_cannot_work_is_refused() {
        assertThatThrownBy(() -> new QuarantineRule(0, nanos(1), nanos(1), nanos(1), nanos(1)))
                .hasMessage("faults must be positive: 0");
        assertThatThrownBy(() -> new QuarantineRule(1, nanos(1), nanos(2), nanos(1), nanos(1)))
                .hasMessage("backOffMax must not be below backOff: PT0.000000001S, PT0.000000002S");
        assertThatThrownBy(() -> new QuarantineRule(1, nanos(1), nanos(1), nanos(1), nanos(0)))
                .hasMessageStartingWith("window, backOff and probation must be positive");
    }

    private static Standing afterFaults(long... nanos) {
        Standing standing = QuarantineRule.GOOD;
        for (long at : nanos) {
            standing = RULE.afterFault(standing, at);
        }
        return standing;
    }

    private static Duration nanos(long nanos) {
        return Duration.ofNanos(nanos);
    }
}
