package io.deeptrain.api.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.api.evaluation.DetectionFindings.FalsePositive;
import io.deeptrain.api.evaluation.DetectionFindings.Localised;
import io.deeptrain.api.evaluation.DetectionFindings.Missed;
import io.deeptrain.api.evaluation.DetectionFindings.Mistake;
import io.deeptrain.api.evaluation.DetectionFindings.OfConcept;
import io.deeptrain.api.evaluation.SeenImage.Detected;
import io.deeptrain.api.evaluation.SeenImage.Labelled;
import io.deeptrain.api.evaluation.SeenImage.Region;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DetectionFindingsTest {
    private static final List<String> CONCEPTS = List.of("cat", "dog");
    private static final int CAT = 0;
    private static final int DOG = 1;
    private static final Region LARGE = new Region(0, 0, 1, 1);
    private static final Region SMALL = new Region(0, 0, 0.25, 0.25);

    private static Detected right(double score, int object, double overlap) {
        return new Detected(CAT, score, LARGE, true, object, overlap);
    }

    private static Detected wrong(int concept, double score, int object, double overlap) {
        return new Detected(concept, score, SMALL, false, object, overlap);
    }

    @Test
    void each_concept_has_what_was_found_what_was_not_and_in_which_images() {
        SeenImage first = new SeenImage(
                "a",
                List.of(new Labelled(CAT, LARGE), new Labelled(DOG, SMALL)),
                List.of(right(0.9, 0, 0.8), wrong(CAT, 0.5, 0, 0.3), wrong(CAT, 0.4, 0, 0.2)));
        SeenImage second = new SeenImage("b", List.of(new Labelled(DOG, LARGE)), List.of(wrong(DOG, 0.7, 0, 0.45)));
        DetectionFindings findings = DetectionFindings.of(CONCEPTS, List.of(first, second));

        assertThat(findings.images()).isEqualTo(2);
        assertThat(findings.concepts())
                .containsExactly(
                        new OfConcept("cat", 1, 1, 2, List.of("a"), List.of()),
                        new OfConcept("dog", 2, 0, 1, List.of("b"), List.of("a", "b")));
        assertThat(findings.falsePositives())
                .containsExactly(
                        new FalsePositive("b", wrong(DOG, 0.7, 0, 0.45), Mistake.PLACE),
                        new FalsePositive("a", wrong(CAT, 0.5, 0, 0.3), Mistake.PLACE),
                        new FalsePositive("a", wrong(CAT, 0.4, 0, 0.2), Mistake.PLACE));
        assertThat(findings.missed())
                .containsExactly(new Missed("b", new Labelled(DOG, LARGE)), new Missed("a", new Labelled(DOG, SMALL)));
        assertThat(findings.worstLocalised()).containsExactly(new Localised("a", right(0.9, 0, 0.8), LARGE));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.5, DUPLICATE",
        "0, 0.49, PLACE",
        "0, 0.1, PLACE",
        "0, 0.09, BACKGROUND",
        "1, 0.5, CONCEPT",
        "1, 0.49, CONCEPT_AND_PLACE",
        "1, 0.09, BACKGROUND"
    })
    void why_a_detection_is_wrong_is_told_by_the_object_that_it_overlaps_most(
            int concept, double overlap, Mistake expected) {
        SeenImage image =
                new SeenImage("a", List.of(new Labelled(CAT, LARGE)), List.of(wrong(concept, 0.5, 0, overlap)));
        assertThat(DetectionFindings.of(CONCEPTS, List.of(image)).falsePositives())
                .extracting(FalsePositive::mistake)
                .containsExactly(expected);
    }

    @Test
    void a_detection_where_nothing_is_labelled_shows_background() {
        SeenImage empty = new SeenImage("a", List.of(), List.of(wrong(CAT, 0.5, -1, 0)));
        assertThat(DetectionFindings.of(CONCEPTS, List.of(empty)).falsePositives())
                .extracting(FalsePositive::mistake)
                .containsExactly(Mistake.BACKGROUND);
    }

    @Test
    void no_list_is_longer_than_somebody_looks_through() {
        List<SeenImage> many = IntStream.range(0, 150)
                .mapToObj(n -> new SeenImage(
                        "i" + n,
                        Collections.nCopies(2, new Labelled(CAT, LARGE)),
                        List.of(right(0.9, 0, 1 - n / 1000.0), wrong(CAT, 0.5, 0, 0.2))))
                .toList();
        DetectionFindings findings = DetectionFindings.of(CONCEPTS, many);
        assertThat(findings.falsePositives()).hasSize(100);
        assertThat(findings.missed()).hasSize(100);
        assertThat(findings.worstLocalised())
                .hasSize(100)
                .first()
                .satisfies(worst -> assertThat(worst.inputId()).isEqualTo("i149"));
        OfConcept cats = findings.concepts().getFirst();
        assertThat(cats.missedInputs()).hasSize(100);
        assertThat(cats.falsePositiveInputs()).hasSize(100);
        assertThat(cats.falsePositives()).isEqualTo(150);
        assertThat(cats.objects()).isEqualTo(300);
    }

    @Test
    void a_report_that_points_at_no_object_cannot_be() {
        assertThatThrownBy(() -> new SeenImage("a", List.of(), List.of(right(0.9, 0, 1))))
                .hasMessage("a detection in a is compared with object 0 of 0");
    }
}
