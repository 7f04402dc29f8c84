package io.deeptrain.api.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClassBalanceTest {
    private static final StoredObject IMAGE = new StoredObject("image", "ab".repeat(32), 1);
    private final List<ManifestEntry> entries = new ArrayList<>();

    private ClassBalanceTest shows(String concept, int images, Split split) {
        IntStream.range(0, images)
                .mapToObj(n -> new ManifestEntry("i-" + entries.size() + n, IMAGE, List.of(concept), List.of(), split))
                .forEach(entries::add);
        return this;
    }

    @Test
    void a_concept_with_a_tenth_of_the_images_of_another_is_told_of() {
        shows("cat", 100, Split.TRAIN).shows("dog", 10, Split.TRAIN);
        assertThat(ClassBalance.warning(entries, List.of("cat", "dog")))
                .contains(
                        "Unbalanced: 'cat' has 100 images to learn from, but 'dog' has 10; concepts with so few are often"
                                + " missed, more images of them help");
    }

    @Test
    void a_concept_with_more_than_a_tenth_is_not() {
        shows("cat", 100, Split.TRAIN).shows("dog", 11, Split.TRAIN);
        assertThat(ClassBalance.warning(entries, List.of("cat", "dog"))).isEmpty();
    }

    @Test
    void images_to_test_on_and_concepts_of_others_do_not_count() {
        shows("cat", 20, Split.TRAIN)
                .shows("dog", 2, Split.TRAIN)
                .shows("dog", 50, Split.TEST)
                .shows("other", 900, Split.TRAIN);
        assertThat(ClassBalance.warning(entries, List.of("cat", "dog")))
                .hasValueSatisfying(warning -> assertThat(warning).contains("'cat' has 20", "'dog' has 2;"));
    }

    @Test
    void the_rarest_are_named_first_and_no_more_than_a_few() {
        shows("cat", 100, Split.TRAIN);
        List<String> concepts = new ArrayList<>(List.of("cat"));
        for (int n = 7; n > 0; n--) {
            shows("c" + n, n, Split.TRAIN);
            concepts.add("c" + n);
        }
        assertThat(ClassBalance.warning(entries, concepts))
                .hasValueSatisfying(warning -> assertThat(warning)
                        .contains("'c1' has 1, 'c2' has 2, 'c3' has 3, 'c4' has 4, 'c5' has 5 and 2 more have few;"));
    }
}
