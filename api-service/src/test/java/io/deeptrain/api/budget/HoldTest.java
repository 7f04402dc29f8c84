package io.deeptrain.api.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.deeptrain.event.CostCap;
import io.deeptrain.event.Rate;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** R14. */
class HoldTest {
    private static final Rate RATE = new Rate(400, "USD");
    private static final CostCap NO_CAP = new CostCap.Unlimited();

    @Test
    void half_as_much_again_as_the_estimate_is_set_aside_or_the_cap_if_that_is_less() {
        assertThat(Hold.of(Duration.ofHours(1), RATE, 1, NO_CAP)).isEqualTo(new Hold(600, NO_CAP));
        assertThat(Hold.of(Duration.ofHours(1), RATE, 1, 250, NO_CAP)).isEqualTo(new Hold(150, NO_CAP));
        assertThat(Hold.of(Duration.ofHours(1), RATE, 2, NO_CAP)).isEqualTo(new Hold(1200, NO_CAP));
        CostCap low = new CostCap.AtMost(599);
        CostCap high = new CostCap.AtMost(601);
        assertThat(Hold.of(Duration.ofHours(1), RATE, 1, low)).isEqualTo(new Hold(599, low));
        assertThat(Hold.of(Duration.ofHours(1), RATE, 1, high)).isEqualTo(new Hold(600, high));
    }

    @Test
    void a_hold_is_rounded_up_and_is_nothing_only_for_what_costs_nothing() {
        assertThat(Hold.of(Duration.ofSeconds(1), RATE, 1, NO_CAP).placedCents())
                .isEqualTo(1);
        assertThat(Hold.of(Duration.ofSeconds(6), RATE, 1, NO_CAP).placedCents())
                .isEqualTo(1);
        assertThat(Hold.of(Duration.ofSeconds(7), RATE, 1, NO_CAP).placedCents())
                .isEqualTo(2);
        assertThat(Hold.of(Duration.ofHours(1), new Rate(0, "USD"), 1, NO_CAP).placedCents())
                .isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> new Hold(-1, NO_CAP));
    }

    @Test
    void a_hold_that_is_reached_grows_by_a_quarter_up_to_the_cap() {
        Hold hold = new Hold(100, NO_CAP);
        assertThat(hold.remainingCents(0)).isEqualTo(100);
        assertThat(hold.remainingCents(99)).isEqualTo(1);
        assertThat(hold.reachedBy(99)).isFalse();
        assertThat(hold.remainingCents(100)).isEqualTo(25);
        assertThat(hold.reachedBy(100)).isTrue();
        assertThat(hold.remainingCents(125)).isEqualTo(31);
        assertThat(hold.remainingCents(1_000_000)).isPositive();
        assertThat(new Hold(0, NO_CAP).remainingCents(3)).isEqualTo(1);

        Hold capped = new Hold(100, new CostCap.AtMost(110));
        assertThat(capped.remainingCents(100)).isEqualTo(10);
        assertThat(capped.remainingCents(110)).isZero();
        assertThat(capped.remainingCents(111)).isZero();
    }
}
