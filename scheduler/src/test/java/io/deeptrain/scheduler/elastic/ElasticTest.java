package io.deeptrain.scheduler.elastic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.scheduler.elastic.Elastic.Part;
import io.deeptrain.scheduler.queue.RemainingWork;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ElasticTest {
    private static final Elastic ELASTIC = new Elastic(0.25, Duration.ofSeconds(30), 2);

    @Test
    void eight_gpus_that_exchange_for_a_quarter_of_a_step_are_not_three_times_as_fast_as_one() {
        assertThat(ELASTIC.speedup(1)).isEqualTo(1);
        assertThat(ELASTIC.speedup(2)).isCloseTo(1.6, within(1e-9));
        assertThat(ELASTIC.speedup(8)).isCloseTo(8 / 2.75, within(1e-9));
    }

    @Test
    void each_gpu_more_is_worth_less_than_the_one_before() {
        for (int gpus = 1; gpus < 64; gpus++) {
            assertThat(ELASTIC.gain(gpus)).isPositive();
            assertThat(ELASTIC.gain(gpus + 1)).isLessThan(ELASTIC.gain(gpus));
        }
    }

    @Test
    void what_is_free_goes_to_whoever_gains_most() {
        int[] free = {5};
        List<Integer> shares =
                ELASTIC.fill(List.of(new Part(1, 8), new Part(4, 8), new Part(1, 2)), _ -> free[0]-- > 0);
        assertThat(shares).containsExactly(5, 4, 2);
    }

    @Test
    void the_greedy_shares_have_the_largest_sum_of_all() {
        int total = 11;
        int[] free = {total - 4};
        List<Integer> shares = ELASTIC.fill(List.of(new Part(1, 9), new Part(3, 9)), _ -> free[0]-- > 0);
        double greedy = ELASTIC.speedup(shares.get(0)) + ELASTIC.speedup(shares.get(1));
        for (int first = 2; first <= 8; first++) {
            assertThat(ELASTIC.speedup(first) + ELASTIC.speedup(total - first)).isLessThanOrEqualTo(greedy);
        }
    }

    @Test
    void who_has_no_room_to_grow_leaves_the_rest_to_others() {
        List<Integer> shares = ELASTIC.fill(List.of(new Part(1, 4), new Part(1, 3)), part -> part == 1);
        assertThat(shares).containsExactly(1, 3);
    }

    @Test
    void a_job_grows_only_if_that_saves_more_than_two_restarts() {
        // From one GPU to two a job of t seconds on two saves 0.6 t.
        assertThat(ELASTIC.paysToGrow(onTwo(100), 2, 1, 2)).isFalse();
        assertThat(ELASTIC.paysToGrow(onTwo(101), 2, 1, 2)).isTrue();
        assertThat(ELASTIC.paysToGrow(onTwo(1_000), 2, 2, 2)).isFalse();
    }

    @Test
    void a_job_shrinks_only_if_it_goes_on_and_the_other_gains_more_than_it_loses() {
        assertThat(ELASTIC.paysToShrink(onTwo(60), 2, 2, 1, 1)).isFalse();
        assertThat(ELASTIC.paysToShrink(onTwo(61), 2, 2, 1, 1)).isTrue();
        assertThat(ELASTIC.paysToShrink(onTwo(6_100), 2, 8, 1, 1)).isFalse();
        assertThat(ELASTIC.paysToShrink(onTwo(6_100), 2, 2, 2, 1)).isFalse();
    }

    @Test
    void fewer_gpus_take_longer() {
        assertThat(ELASTIC.time(onTwo(100), 2, 2)).isEqualTo(Duration.ofSeconds(100));
        assertThat(ELASTIC.time(onTwo(100), 2, 1)).isEqualTo(Duration.ofSeconds(160));
    }

    @Test
    void nonsense_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Elastic(1.5, Duration.ZERO, 1))
                .withMessageContaining("1.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Elastic(0, Duration.ZERO, 0.5))
                .withMessageContaining("0.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ELASTIC.speedup(0))
                .withMessageContaining("0");
    }

    private static RemainingWork onTwo(long seconds) {
        return new RemainingWork(2 * seconds * 1000);
    }
}
