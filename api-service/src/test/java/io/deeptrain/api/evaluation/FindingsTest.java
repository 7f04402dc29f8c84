package io.deeptrain.api.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.api.evaluation.Calibration.Bin;
import io.deeptrain.api.evaluation.Findings.Cell;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private static final List<String> CONCEPTS = List.of("cat", "dog");
    private static final int CAT = 0;
    private static final int DOG = 1;

    private final Tally exclusive = new Tally(CONCEPTS, true);
    private final Tally each = new Tally(CONCEPTS, false);

    private static void add(Tally tally, String input, Set<String> shown, double cat, double dog) {
        tally.add(input, shown, Map.of("cat", cat, "dog", dog));
    }

    @Test
    void a_cell_names_its_images() {
        add(exclusive, "a", Set.of("cat"), 0.9, 0.1);
        add(exclusive, "b", Set.of("cat"), 0.2, 0.8);
        add(exclusive, "c", Set.of("cat"), 0.3, 0.7);
        assertThat(Findings.of(exclusive.report(), true).confusion())
                .containsExactly(new Cell(CAT, CAT, 1, List.of("a")), new Cell(CAT, DOG, 2, List.of("b", "c")));
    }

    @Test
    void a_cell_names_no_more_images_than_somebody_looks_at() {
        for (int n = 0; n < 150; n++) {
            add(exclusive, "i" + n, Set.of("dog"), 0.1, 0.9);
        }
        Cell cell = Findings.of(exclusive.report(), true).confusion().getFirst();
        assertThat(cell.images()).isEqualTo(150);
        assertThat(cell.inputIds()).hasSize(100).startsWith("i0");
    }

    @Test
    void what_is_right_less_often_than_it_is_said_is_an_error_of_calibration() {
        add(exclusive, "a", Set.of("cat"), 0.95, 0.05);
        add(exclusive, "b", Set.of("dog"), 0.95, 0.05);
        add(exclusive, "c", Set.of("dog"), 0.35, 0.65);
        Calibration calibration = Findings.of(exclusive.report(), true).calibration();
        assertThat(calibration.bins())
                .containsExactly(new Bin(0.6, 0.7, 1, 0.65, 1.0), new Bin(0.9, 1.0, 2, 0.95, 0.5));
        // (1 * |1 - 0.65| + 2 * |0.5 - 0.95|) / 3
        assertThat(calibration.expectedError()).isCloseTo(1.25 / 3, within(1e-12));
    }

    @Test
    void of_concepts_that_do_not_exclude_each_other_every_value_counts() {
        add(each, "a", Set.of("cat", "dog"), 1.0, 0.0);
        Calibration calibration = Findings.of(each.report(), false).calibration();
        assertThat(calibration.bins()).containsExactly(new Bin(0.0, 0.1, 1, 0.0, 1.0), new Bin(0.9, 1.0, 1, 1.0, 1.0));
        assertThat(calibration.expectedError()).isEqualTo(0.5);
    }

    @Test
    void who_tells_the_truth_about_its_doubts_is_calibrated() {
        Random random = new Random(7);
        for (int n = 0; n < 9_000; n++) {
            double cat = random.nextDouble();
            add(exclusive, "i" + n, Set.of(random.nextDouble() < cat ? "cat" : "dog"), cat, 1 - cat);
        }
        assertThat(Findings.of(exclusive.report(), true).calibration().expectedError())
                .isLessThan(0.02);
    }

    @Test
    void a_label_is_doubted_where_another_concept_is_as_sure_as_it_is_of_its_own_images() {
        add(exclusive, "a", Set.of("cat"), 0.9, 0.1);
        add(exclusive, "b", Set.of("cat"), 0.8, 0.2);
        add(exclusive, "mislabelled", Set.of("cat"), 0.05, 0.95);
        add(exclusive, "c", Set.of("dog"), 0.1, 0.9);
        add(exclusive, "unsure", Set.of("dog"), 0.55, 0.45);
        List<LabelDoubt> doubts = Findings.of(exclusive.report(), true).doubts();
        assertThat(doubts).singleElement().satisfies(doubt -> {
            assertThat(doubt.inputId()).isEqualTo("mislabelled");
            assertThat(doubt.labelled()).contains(CAT);
            assertThat(doubt.suggested()).contains(DOG);
            assertThat(doubt.margin()).isCloseTo(0.9, within(1e-12));
        });
    }

    @Test
    void of_many_mislabelled_images_most_are_found_and_few_others_are_doubted() {
        Random random = new Random(11);
        int wrong = 0;
        for (int n = 0; n < 2_000; n++) {
            boolean isCat = random.nextBoolean();
            boolean isMislabelled = random.nextInt(20) == 0;
            double right = Math.clamp(0.8 + 0.15 * random.nextGaussian(), 0.01, 0.99);
            String label = isCat == isMislabelled ? "dog" : "cat";
            wrong += isMislabelled ? 1 : 0;
            add(
                    exclusive,
                    (isMislabelled ? "wrong" : "right") + n,
                    Set.of(label),
                    isCat ? right : 1 - right,
                    isCat ? 1 - right : right);
        }
        List<LabelDoubt> doubts = LabelDoubt.of(exclusive.report().scores(), 2, true, 2_000);
        long found = doubts.stream()
                .filter(doubt -> doubt.inputId().startsWith("wrong"))
                .count();
        assertThat((double) found / wrong).as("of %d", wrong).isGreaterThan(0.5);
        assertThat((double) found / doubts.size()).isGreaterThan(0.7);
    }

    @Test
    void a_missed_label_and_one_too_many_are_told_apart() {
        for (int n = 0; n < 10; n++) {
            add(each, "cat" + n, Set.of("cat"), 0.9, 0.1);
            add(each, "dog" + n, Set.of("dog"), 0.1, 0.9);
        }
        add(each, "missed", Set.of("cat"), 0.9, 0.95);
        add(each, "too many", Set.of("cat", "dog"), 0.05, 0.9);
        List<LabelDoubt> doubts = Findings.of(each.report(), false).doubts();
        assertThat(doubts).extracting(LabelDoubt::inputId).containsExactlyInAnyOrder("missed", "too many");
        for (LabelDoubt doubt : doubts) {
            boolean isMissed = doubt.inputId().equals("missed");
            assertThat(doubt.labelled()).isEqualTo(isMissed ? Optional.empty() : Optional.of(CAT));
            assertThat(doubt.suggested()).isEqualTo(isMissed ? Optional.of(DOG) : Optional.empty());
        }
    }

    @Test
    void without_images_nothing_is_found() {
        Findings findings = Findings.of(exclusive.report(), true);
        assertThat(findings.images()).isZero();
        assertThat(findings.confusion()).isEmpty();
        assertThat(findings.doubts()).isEmpty();
        assertThat(findings.calibration()).isEqualTo(new Calibration(0, List.of()));
    }
}
