package io.deeptrain.worker.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.network.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class BestSoFarTest {
    private static List<Tensor> state(float value) {
        return List.of(new Tensor("w", List.of(1), new float[] {value}));
    }

    private static List<Tensor> unwanted() {
        throw new AssertionError("a state that is no better is not copied");
    }

    @Test
    void the_first_of_equally_good_states_is_kept() {
        BestSoFar best = BestSoFar.NONE.after(0.5, 10, () -> state(1));
        assertThat(best).isEqualTo(new BestSoFar(0.5, 10, 10, 0, state(1)));
        assertThat(best.after(0.5, 20, BestSoFarTest::unwanted)).isEqualTo(new BestSoFar(0.5, 10, 20, 1, state(1)));
        assertThat(best.after(0.4, 20, BestSoFarTest::unwanted).after(0.6, 30, () -> state(2)))
                .isEqualTo(new BestSoFar(0.6, 30, 30, 0, state(2)));
    }

    @Test
    void it_is_over_when_so_many_looks_in_a_row_were_no_better_and_never_without_patience() {
        BestSoFar best = BestSoFar.NONE.after(0.5, 1, () -> state(1));
        assertThat(best.isOver(1)).isFalse();
        BestSoFar once = best.after(0.5, 2, BestSoFarTest::unwanted);
        assertThat(once.isOver(1)).isTrue();
        assertThat(once.isOver(2)).isFalse();
        assertThat(once.after(0.1, 3, BestSoFarTest::unwanted).isOver(2)).isTrue();
        assertThat(once.isOver(0)).isFalse();
        assertThat(BestSoFar.NONE.isOver(1)).isFalse();
    }

    @Test
    void before_anything_was_seen_whatever_is_there_is_as_good() {
        assertThat(BestSoFar.NONE.isBetterThan(0)).isFalse();
        assertThat(new BestSoFar(0.5, 1, 1, 0, state(1)).isBetterThan(0.4)).isTrue();
        assertThat(new BestSoFar(0.5, 1, 1, 0, state(1)).isBetterThan(0.5)).isFalse();
    }
}
