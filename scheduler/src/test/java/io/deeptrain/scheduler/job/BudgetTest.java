package io.deeptrain.scheduler.job;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.CostCap.AtMost;
import org.junit.jupiter.api.Test;

class BudgetTest {
    @Test
    void two_dollars_pay_for_half_an_hour_of_one_gpu_and_a_quarter_of_two() {
        assertThat(Budget.of(request(1, ACME, 1, new AtMost(200)))).isEqualTo(new Budget(1_800_000, 1));
        assertThat(Budget.of(request(1, ACME, 2, new AtMost(200)))).isEqualTo(new Budget(900_000, 2));
    }

    @Test
    void the_cap_is_reached_at_its_last_second_and_not_before() {
        Budget budget = Budget.of(request(1, ACME, 1, new AtMost(200)));
        assertThat(budget.reachedBy(1_799_999)).isFalse();
        assertThat(budget.reachedBy(1_800_000)).isTrue();
    }

    @Test
    void an_attempt_on_fewer_gpus_reaches_it_later() {
        Budget ofFour = Budget.of(request(1, ACME, 4, new AtMost(200)));
        long minutes = 60_000;
        assertThat(ofFour.reachedBy(4 * 7 * minutes)).isFalse();
        assertThat(ofFour.reachedBy(4 * 7 * minutes + 2 * minutes)).isTrue();
    }

    @Test
    void no_cap_is_never_reached_nor_is_one_beyond_all_time() {
        assertThat(Budget.of(request(1, ACME, 1, UNCAPPED)).reachedBy(Long.MAX_VALUE))
                .isFalse();
        assertThat(Budget.of(request(1, ACME, 1, new AtMost(Long.MAX_VALUE)))).isEqualTo(Budget.UNLIMITED);
    }

    @Test
    void a_cap_of_nothing_is_reached_at_once() {
        assertThat(Budget.of(request(1, ACME, 1, new AtMost(0))).reachedBy(0)).isTrue();
    }
}
