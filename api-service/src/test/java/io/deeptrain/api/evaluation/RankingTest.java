package io.deeptrain.api.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.api.evaluation.Ranking.PrecisionRecallPoint;
import io.deeptrain.api.evaluation.Ranking.RocPoint;
import io.deeptrain.api.evaluation.Ranking.Scored;
import io.deeptrain.api.evaluation.Ranking.Step;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankingTest {
    /** Of the four pairs of a positive and a negative, three are in order: 0.8 over 0.4 and 0.1, 0.35 over 0.1. */
    private static final Ranking FOUR = Ranking.of(
            List.of(new Scored(0.1, false), new Scored(0.4, false), new Scored(0.35, true), new Scored(0.8, true)));

    @Test
    void the_area_is_the_share_of_pairs_in_order() {
        assertThat(FOUR.steps())
                .containsExactly(new Step(0.8, 1, 0), new Step(0.4, 1, 1), new Step(0.35, 2, 1), new Step(0.1, 2, 2));
        assertThat(FOUR.rocAuc().getAsDouble()).isEqualTo(0.75);
        assertThat(FOUR.roc(100))
                .containsExactly(
                        new RocPoint(0, 0, 1.8),
                        new RocPoint(0, 0.5, 0.8),
                        new RocPoint(0.5, 0.5, 0.4),
                        new RocPoint(0.5, 1, 0.35),
                        new RocPoint(1, 1, 0.1));
    }

    @Test
    void the_average_precision_weighs_each_precision_with_the_recall_that_it_adds() {
        // 1/2 * 1/1 + 0 * 1/2 + 1/2 * 2/3 + 0 * 2/4.
        assertThat(FOUR.averagePrecision().getAsDouble()).isCloseTo(0.5 + 1 / 3.0, within(1e-12));
        assertThat(FOUR.precisionRecall(100))
                .containsExactly(
                        new PrecisionRecallPoint(0.5, 1, 0.8),
                        new PrecisionRecallPoint(0.5, 0.5, 0.4),
                        new PrecisionRecallPoint(1, 2 / 3.0, 0.35),
                        new PrecisionRecallPoint(1, 0.5, 0.1));
    }

    @Test
    void images_of_one_score_are_one_step_and_count_half() {
        Ranking tied = Ranking.of(List.of(new Scored(0.5, true), new Scored(0.5, false), new Scored(0.5, true)));
        assertThat(tied.steps()).containsExactly(new Step(0.5, 2, 1));
        assertThat(tied.rocAuc().getAsDouble()).isEqualTo(0.5);
        assertThat(tied.averagePrecision().getAsDouble()).isCloseTo(2 / 3.0, within(1e-12));
    }

    @Test
    void without_images_of_both_kinds_there_is_no_curve() {
        Ranking onlyPositives = Ranking.of(List.of(new Scored(0.5, true)));
        assertThat(onlyPositives.rocAuc()).isEmpty();
        assertThat(onlyPositives.roc(100)).isEmpty();
        assertThat(onlyPositives.averagePrecision().getAsDouble()).isEqualTo(1);
        Ranking onlyNegatives = Ranking.of(List.of(new Scored(0.5, false)));
        assertThat(onlyNegatives.rocAuc()).isEmpty();
        assertThat(onlyNegatives.averagePrecision()).isEmpty();
        assertThat(onlyNegatives.precisionRecall(100)).isEmpty();
        assertThat(Ranking.of(List.of()).rocAuc()).isEmpty();
    }

    @Test
    void a_long_curve_is_thinned_out_and_keeps_its_ends() {
        List<Integer> points = IntStream.range(0, 1_000).boxed().toList();
        assertThat(Ranking.thinned(points, 1_000)).isEqualTo(points);
        assertThat(Ranking.thinned(points, 999)).hasSize(999).startsWith(0).endsWith(999);
        assertThat(Ranking.thinned(points, 4)).containsExactly(0, 333, 666, 999);
    }
}
