package io.deeptrain.api.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.api.evaluation.Report.Counts;
import io.deeptrain.api.evaluation.Report.ImageScores;
import io.deeptrain.event.ManifestEntry.Split;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    private static final List<Counts> CONCEPTS = List.of(
            new Counts("cat", 2, 1, 0, 2 / 3.0, 1, 0.8),
            new Counts("dog", 1, 0, 1, 1, 0.5, 2 / 3.0),
            new Counts("owl", 0, 0, 0, 0, 0, 0));
    private static final Report REPORT = new Report(
            Split.TEST,
            4,
            CONCEPTS,
            List.of(List.of(2L, 0L, 0L), List.of(1L, 1L, 0L), List.of(0L, 0L, 0L)),
            List.of(
                    new ImageScores("a", List.of(0), List.of(0.9, 0.1, 0.0)),
                    new ImageScores("b", List.of(0, 1), List.of(0.8, 0.2, 0.0)),
                    new ImageScores("c", List.of(1), List.of(0.6, 0.4, 0.0)),
                    new ImageScores("d", List.of(), List.of(0.3, 0.7, 0.0))));

    @Test
    void means_are_over_the_concepts_that_images_show() {
        Evaluation.Summary summary = Evaluation.of(REPORT).summary();
        assertThat(summary.precision()).isCloseTo((2 / 3.0 + 1) / 2, within(1e-12));
        assertThat(summary.recall()).isEqualTo(0.75);
        assertThat(summary.f1()).isCloseTo((0.8 + 2 / 3.0) / 2, within(1e-12));
        assertThat(summary.f1Deviation()).isCloseTo((0.8 - 2 / 3.0) / 2, within(1e-12));
        // Cat: 0.9 and 0.8 over 0.6 and 0.3, all four pairs. Dog: 0.2 and 0.4 over 0.1 and 0.7, two of four.
        assertThat(summary.rocAuc()).isEqualTo((1 + 0.5) / 2);
        assertThat(summary.rocAucDeviation()).isEqualTo(0.25);
    }

    @Test
    void confusion_is_told_in_shares_of_the_images_that_show_a_concept() {
        assertThat(Evaluation.of(REPORT).confusionShares())
                .containsExactly(List.of(1.0, 0.0, 0.0), List.of(0.5, 0.5, 0.0), List.of(0.0, 0.0, 0.0));
    }

    @Test
    void concepts_are_counted_together() {
        assertThat(Evaluation.of(REPORT).cooccurrence())
                .containsExactly(List.of(2, 1, 0), List.of(1, 2, 0), List.of(0, 0, 0));
    }

    @Test
    void a_report_without_scores_has_no_curves() {
        Report bare = new Report(Split.TRAIN, 4, CONCEPTS, REPORT.confusion(), List.of());
        assertThat(Evaluation.of(bare).summary().rocAuc()).isZero();
        assertThat(Evaluation.of(bare).summary().recall()).isEqualTo(0.75);
    }

    @Test
    void what_does_not_fit_together_is_no_report() {
        assertThatThrownBy(() -> new Report(Split.TEST, 1, CONCEPTS, List.of(), List.of()))
                .hasMessageContaining("not square");
        assertThatThrownBy(() -> new Report(
                        Split.TEST,
                        1,
                        CONCEPTS,
                        REPORT.confusion(),
                        List.of(new ImageScores("a", List.of(3), List.of(0.9, 0.1, 0.0)))))
                .hasMessageContaining("the scores of a");
    }
}
