package io.deeptrain.api.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TemplateCatalogueTest {

    @Test
    void the_documented_templates_are_found_by_the_names_that_the_documentation_uses() {
        assertThat(template("visual-classifier", "classification_cifar10_v1")).isEqualTo("classification_cifar10_v1");
        assertThat(template("visual-detector", "Clarifai-InceptionV2")).isEqualTo("Clarifai_InceptionV2");
        assertThat(template("visual-classifier", "ResNext")).isEqualTo("Clarifai_ResNext");
    }

    @Test
    void no_two_templates_of_a_type_share_a_name() {
        for (ModelType type : TemplateCatalogue.modelTypes()) {
            Set<String> names = new HashSet<>();
            for (Template template : type.templates()) {
                assertThat(names.add(template.id())).as(template.id()).isTrue();
                template.aliases()
                        .forEach(alias -> assertThat(names.add(alias)).as(alias).isTrue());
            }
        }
    }

    @Test
    void the_recommended_template_of_the_default_type_can_be_trained() {
        assertThat(TemplateCatalogue.modelType(TemplateCatalogue.DEFAULT_MODEL_TYPE)
                        .flatMap(ModelType::recommended)
                        .orElseThrow()
                        .runnable())
                .isTrue();
    }

    private static String template(String type, String name) {
        return TemplateCatalogue.modelType(type)
                .flatMap(found -> found.template(name))
                .orElseThrow()
                .id();
    }
}
