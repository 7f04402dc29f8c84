package io.deeptrain.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.ManifestEntry.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClassBalanceTest {
    private static final StoredObject IMAGE = new StoredObject("image", "ab".repeat(32), 1);
    private static final String CONSEQUENCE =
            "; what has so few is often missed, which metrics of the whole hide: compare those of each concept, and add such images";

    private final List<ManifestEntry> entries = new ArrayList<>();

    private ClassBalanceTest shows(String concept, int images, Split split) {
        return add(List.of(concept), List.of(), images, split);
    }

    private ClassBalanceTest showsNot(String concept, int images) {
        return add(List.of(), List.of(concept), images, Split.TRAIN);
    }

    private ClassBalanceTest add(List<String> positives, List<String> negatives, int images, Split split) {
        IntStream.range(0, images)
                .mapToObj(n -> new ManifestEntry("i-" + entries.size() + n, IMAGE, positives, negatives, split))
                .forEach(entries::add);
        return this;
    }

    private Optional<String> warningOfOneOf(String... concepts) {
        return ClassBalance.of(entries, List.of(concepts), false).warning();
    }

    private Optional<String> warningOfEach(String... concepts) {
        return ClassBalance.of(entries, List.of(concepts), true).warning();
    }

    @Test
    void a_concept_with_a_tenth_of_the_images_of_another_is_told_of() {
        shows("cat", 100, Split.TRAIN).shows("dog", 10, Split.TRAIN);
        assertThat(warningOfOneOf("cat", "dog"))
                .contains("Unbalanced: 'cat' has 100 images to learn from, but 'dog' has 10" + CONSEQUENCE);
    }

    @Test
    void a_video_counts_as_often_as_it_is_looked_at() {
        entries.add(new ManifestEntry(
                "video", IMAGE, Optional.of(Footage.of(30_000)), List.of("cat"), List.of(), List.of(), Split.TRAIN));
        shows("dog", 3, Split.TRAIN);
        assertThat(ClassBalance.of(entries, List.of("cat", "dog", "owl"), true))
                .isEqualTo(new ClassBalance(List.of("cat", "dog", "owl"), List.of(30, 3, 0), 0, true));
        assertThat(ClassBalance.of(entries, List.of("dog"), true).imagesOfNone())
                .isEqualTo(30);
        assertThat(ManifestEntry.images(entries)).isEqualTo(33);
    }

    @Test
    void a_concept_with_more_than_a_tenth_is_not() {
        shows("cat", 100, Split.TRAIN).shows("dog", 11, Split.TRAIN);
        assertThat(warningOfOneOf("cat", "dog")).isEmpty();
    }

    @Test
    void a_hundredth_is_called_extreme() {
        shows("cat", 200, Split.TRAIN).shows("dog", 2, Split.TRAIN).shows("fox", 20, Split.TRAIN);
        assertThat(warningOfOneOf("cat", "dog", "fox"))
                .contains("Extremely unbalanced: 'cat' has 200 images to learn from, but 'dog' has 2, 'fox' has 20"
                        + CONSEQUENCE);
        shows("dog", 1, Split.TRAIN);
        assertThat(warningOfOneOf("cat", "dog", "fox"))
                .hasValueSatisfying(warning -> assertThat(warning).startsWith("Unbalanced: "));
    }

    @Test
    void images_to_test_on_and_concepts_of_others_do_not_count() {
        shows("cat", 20, Split.TRAIN)
                .shows("dog", 2, Split.TRAIN)
                .shows("dog", 50, Split.TEST)
                .shows("other", 900, Split.TRAIN);
        assertThat(warningOfOneOf("cat", "dog"))
                .hasValueSatisfying(warning -> assertThat(warning).contains("'cat' has 20", "'dog' has 2;"));
    }

    @Test
    void an_image_counts_once_for_each_concept_that_it_shows() {
        add(List.of("cat", "dog", "cat"), List.of(), 9, Split.TRAIN)
                .shows("cat", 1, Split.TRAIN)
                .shows("fox", 1, Split.TRAIN);
        assertThat(ClassBalance.of(entries, List.of("fox", "cat", "dog"), true))
                .isEqualTo(new ClassBalance(List.of("fox", "cat", "dog"), List.of(1, 10, 9), 0, true));
    }

    @Test
    void the_rarest_are_named_first_and_no_more_than_a_few() {
        shows("cat", 100, Split.TRAIN);
        List<String> concepts = new ArrayList<>(List.of("cat"));
        for (int n = 7; n > 0; n--) {
            shows("c" + n, n, Split.TRAIN);
            concepts.add("c" + n);
        }
        assertThat(ClassBalance.of(entries, concepts, false).warning())
                .hasValueSatisfying(warning -> assertThat(warning)
                        .contains("'c1' has 1, 'c2' has 2, 'c3' has 3, 'c4' has 4, 'c5' has 5 and 2 more have few;"));
    }

    @Test
    void images_of_no_concept_count_where_each_concept_is_a_yes_or_no() {
        shows("cat", 5, Split.TRAIN).shows("dog", 6, Split.TRAIN).showsNot("cat", 50);
        assertThat(warningOfEach("cat", "dog"))
                .contains(
                        "Unbalanced: 50 images to learn from show none of the concepts, but 'cat' has 5" + CONSEQUENCE);
    }

    @Test
    void where_one_of_the_concepts_must_be_said_images_of_none_teach_nothing_and_do_not_count() {
        shows("cat", 5, Split.TRAIN).shows("dog", 6, Split.TRAIN).showsNot("cat", 500);
        assertThat(warningOfOneOf("cat", "dog")).isEmpty();
    }

    @Test
    void a_single_concept_needs_images_that_do_not_show_it() {
        shows("cat", 100, Split.TRAIN).showsNot("cat", 10);
        assertThat(warningOfEach("cat"))
                .contains("Unbalanced: 'cat' has 100 images to learn from, but 10 do not show it" + CONSEQUENCE);
        showsNot("cat", 1);
        assertThat(warningOfEach("cat")).isEmpty();
    }

    @Test
    void several_concepts_are_told_from_each_other_and_need_no_images_of_none() {
        shows("cat", 100, Split.TRAIN).shows("dog", 100, Split.TRAIN);
        assertThat(warningOfEach("cat", "dog")).isEmpty();
    }

    @Test
    void nothing_is_told_of_no_images() {
        assertThat(warningOfEach("cat", "dog")).isEmpty();
    }

    @Test
    void a_balance_has_a_count_for_each_concept() {
        assertThatThrownBy(() -> new ClassBalance(List.of("cat"), List.of(), 0, true))
                .hasMessage("0 counts of images for 1 concepts");
    }
}
