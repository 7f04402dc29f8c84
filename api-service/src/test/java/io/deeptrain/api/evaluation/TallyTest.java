package io.deeptrain.api.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.evaluation.Report.Counts;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TallyTest {
    private static final List<String> CONCEPTS = List.of("cat", "dog", "owl");

    @Test
    void of_concepts_that_exclude_each_other_the_highest_is_said() {
        Tally tally = new Tally(CONCEPTS, true);
        tally.add("a", Set.of("cat"), Map.of("cat", 0.4, "dog", 0.3, "owl", 0.3));
        tally.add("b", Set.of("dog"), Map.of("cat", 0.8, "dog", 0.7));
        Report report = tally.report();

        assertThat(report.images()).isEqualTo(2);
        assertThat(report.concepts())
                .containsExactly(
                        new Counts("cat", 1, 1, 0, 0.5, 1, 2 / 3.0),
                        new Counts("dog", 0, 0, 1, 0, 0, 0),
                        new Counts("owl", 0, 0, 0, 0, 0, 0));
        assertThat(report.confusion()).containsExactly(List.of(1L, 0L, 0L), List.of(1L, 0L, 0L), List.of(0L, 0L, 0L));
        assertThat(report.scores().get(1).shown()).containsExactly(1);
        assertThat(report.scores().get(1).values()).containsExactly(0.8, 0.7, 0.0);
    }

    @Test
    void of_others_each_is_said_from_one_half() {
        Tally tally = new Tally(CONCEPTS, false);
        tally.add("a", Set.of("cat", "dog"), Map.of("cat", 0.5, "dog", 0.49, "owl", 0.9));
        assertThat(tally.report().concepts())
                .containsExactly(
                        new Counts("cat", 1, 0, 0, 1, 1, 1),
                        new Counts("dog", 0, 0, 1, 0, 0, 0),
                        new Counts("owl", 0, 1, 0, 0, 0, 0));
    }
}
