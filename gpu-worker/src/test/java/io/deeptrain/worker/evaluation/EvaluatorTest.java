package io.deeptrain.worker.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.worker.evaluation.ImageReport.ConceptScore;
import io.deeptrain.worker.evaluation.ImageReport.ImageScores;
import io.deeptrain.worker.network.Activation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
    @Test
    void exclusive_concepts_are_judged_by_the_highest() {
        Evaluator evaluator = new Evaluator(List.of("cat", "dog"), Activation.SOFTMAX);
        evaluator.add("a", new float[] {0.9f, 0.1f}, new int[] {0});
        evaluator.add("b", new float[] {0.8f, 0.2f}, new int[] {0});
        evaluator.add("c", new float[] {0.6f, 0.4f}, new int[] {1});
        evaluator.add("d", new float[] {0.3f, 0.7f}, new int[] {1});
        ImageReport report = evaluator.report(Split.TEST);
        assertThat(report)
                .isEqualTo(new ImageReport(
                        Split.TEST,
                        4,
                        0.75,
                        List.of(
                                new ConceptScore("cat", 2, 1, 0, 2 / 3.0, 1, 0.8),
                                new ConceptScore("dog", 1, 0, 1, 1, 0.5, 2 / 3.0)),
                        List.of(List.of(2L, 0L), List.of(1L, 1L)),
                        List.of(
                                new ImageScores("a", List.of(0), List.of(0.9f, 0.1f)),
                                new ImageScores("b", List.of(0), List.of(0.8f, 0.2f)),
                                new ImageScores("c", List.of(1), List.of(0.6f, 0.4f)),
                                new ImageScores("d", List.of(1), List.of(0.3f, 0.7f)))));
        assertThat(report.metrics()).isEqualTo(Map.of("test_accuracy", 0.75, "test_f1", (0.8 + 2 / 3.0) / 2));
    }

    @Test
    void independent_concepts_are_each_judged_by_one_half() {
        Evaluator evaluator = new Evaluator(List.of("cat", "dog", "owl"), Activation.SIGMOID);
        evaluator.add("e", new float[] {0.5f, 0.9f, 0.49f}, new int[] {0, 1});
        evaluator.add("f", new float[] {0.1f, 0.6f, 0.2f}, new int[] {0});
        assertThat(evaluator.report(Split.TRAIN).concepts())
                .containsExactly(
                        new ConceptScore("cat", 1, 0, 1, 1, 0.5, 2 / 3.0),
                        new ConceptScore("dog", 1, 1, 0, 0.5, 1, 2 / 3.0),
                        new ConceptScore("owl", 0, 0, 0, 0, 0, 0));
    }

    @Test
    void the_values_of_so_many_images_are_kept_and_no_more() {
        assertThat(Evaluator.scoresMax(2)).isEqualTo(10_000);
        assertThat(Evaluator.scoresMax(100)).isEqualTo(10_000);
        assertThat(Evaluator.scoresMax(1_000)).isEqualTo(1_000);
        Evaluator evaluator = new Evaluator(List.of("cat"), Activation.SIGMOID);
        for (int i = 0; i < 10_001; i++) {
            evaluator.add("input-" + i, new float[] {0.9f}, new int[] {0});
        }
        ImageReport report = evaluator.report(Split.TEST);
        assertThat(report.images()).isEqualTo(10_001);
        assertThat(report.scores()).hasSize(10_000);
        assertThat(report.concepts().getFirst().truePositives()).isEqualTo(10_001);
    }

    @Test
    void nothing_to_judge_is_no_success() {
        assertThat(new Evaluator(List.of("cat"), Activation.SOFTMAX)
                        .report(Split.TEST)
                        .accuracy())
                .isZero();
    }
}
