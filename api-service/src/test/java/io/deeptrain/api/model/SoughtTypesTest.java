package io.deeptrain.api.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.template.TemplateCatalogue;
import java.util.List;
import org.junit.jupiter.api.Test;

class SoughtTypesTest {
    @Test
    void the_older_words_for_kinds_of_models_mean_types_of_today() {
        assertThat(SoughtTypes.of("", "").ids()).isEmpty();
        assertThat(SoughtTypes.of("", "concept").ids()).contains("visual-classifier");
        assertThat(SoughtTypes.of("", "detect").ids()).containsExactly("visual-detector");
        assertThat(SoughtTypes.of("", "embed").ids()).containsExactly("visual-embedder");
        assertThat(SoughtTypes.of("", "visual-embedder").ids()).containsExactly("visual-embedder");
        assertThat(SoughtTypes.of("x", "concept").ids()).containsExactly("x");
        for (String type : List.of("concept", "detect", "embed")) {
            assertThat(SoughtTypes.of("", type).ids())
                    .allMatch(id -> TemplateCatalogue.modelType(id).isPresent());
        }
    }
}
