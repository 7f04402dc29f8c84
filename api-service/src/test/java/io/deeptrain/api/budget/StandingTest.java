package io.deeptrain.api.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.deeptrain.api.budget.Standing.Held;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.JobId;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandingTest {
    private static final CostCap NO_CAP = new CostCap.Unlimited();
    private static final Budget HARD = new Budget(1000, Budget.ALERTS_DEFAULT, true);
    private static final Budget SOFT = new Budget(1000, Budget.ALERTS_DEFAULT, false);

    private static Held running(String job, long placed, long cost) {
        return new Held(new JobId(job), new Hold(placed, NO_CAP), cost, true);
    }

    private static Held waiting(String job, long placed) {
        return new Held(new JobId(job), new Hold(placed, NO_CAP), 0, false);
    }

    @Test
    void what_is_left_is_neither_spent_nor_set_aside() {
        Standing standing = new Standing(HARD, 300, List.of(running("a", 200, 150), waiting("b", 100)));
        assertThat(standing.committedCents()).isEqualTo(150);
        assertThat(standing.remainingCents()).isEqualTo(550);
        assertThat(new Standing(HARD, 900, List.of(waiting("a", 300))).remainingCents())
                .isEqualTo(-200);
    }

    @Test
    void a_hard_budget_admits_what_fits_to_the_cent_and_a_soft_one_everything() {
        List<Held> held = List.of(waiting("a", 100));
        assertThat(new Standing(HARD, 400, held).admits(new Hold(500, NO_CAP))).isTrue();
        assertThat(new Standing(HARD, 400, held).admits(new Hold(501, NO_CAP))).isFalse();
        assertThat(new Standing(SOFT, 400, held).admits(new Hold(501, NO_CAP))).isTrue();
        assertThat(new Standing(HARD, 2000, List.of()).admits(new Hold(0, NO_CAP)))
                .as("overdrawn")
                .isFalse();
    }

    @Test
    void all_that_run_end_when_the_budget_is_used_up_and_what_waits_goes_on_waiting() {
        List<Held> held = List.of(running("a", 600, 500), running("b", 600, 499), waiting("c", 1));
        assertThat(new Standing(HARD, 999, List.of(running("a", 600, 500))).overdrawn())
                .isEmpty();
        assertThat(new Standing(HARD, 1000, held).overdrawn()).containsExactly(new JobId("a"), new JobId("b"));
        assertThat(new Standing(SOFT, 5000, held).overdrawn()).isEmpty();
    }

    @Test
    void a_training_that_costs_more_than_was_held_for_it_ends_when_the_rest_is_set_aside_for_others() {
        Held longer = running("longer", 100, 100);
        assertThat(new Standing(HARD, 100, List.of(longer, waiting("other", 875))).overdrawn())
                .isEmpty();
        assertThat(new Standing(HARD, 100, List.of(longer, running("other", 876, 0))).overdrawn())
                .containsExactly(new JobId("longer"));
    }

    @Test
    void thresholds_are_reached_from_their_cent_on() {
        assertThat(new Standing(SOFT, 499, List.of()).reached()).isEmpty();
        assertThat(new Standing(SOFT, 500, List.of()).reached()).containsExactly(50);
        assertThat(new Standing(SOFT, 1000, List.of()).reached()).containsExactly(50, 80, 100);
        assertThat(new Budget(0, List.of(100), true).reachedBy(0)).isEmpty();
        assertThat(new Budget(0, List.of(100), true).reachedBy(1)).containsExactly(100);
        assertThat(new Budget(Budget.AMOUNT_MAX, List.of(Budget.PERCENT_MAX), true).reachedBy(Budget.AMOUNT_MAX))
                .isEmpty();
    }

    @Test
    void thresholds_are_kept_in_order_and_once() {
        assertThat(new Budget(5, List.of(100, 50, 100), false).alerts()).containsExactly(50, 100);
        assertThatIllegalArgumentException().isThrownBy(() -> new Budget(-1, List.of(), false));
        assertThatIllegalArgumentException().isThrownBy(() -> new Budget(Budget.AMOUNT_MAX + 1, List.of(), false));
        assertThatIllegalArgumentException().isThrownBy(() -> new Budget(5, List.of(0), false));
        assertThatIllegalArgumentException().isThrownBy(() -> new Budget(5, List.of(1001), false));
    }
}
