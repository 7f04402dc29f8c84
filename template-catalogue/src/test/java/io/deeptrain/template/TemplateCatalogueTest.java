package io.deeptrain.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TemplateCatalogueTest {

    @Test
    void the_documented_templates_are_found_by_the_names_that_the_documentation_uses() {
        assertThat(template("visual-classifier", "classification_cifar10_v1")).isEqualTo("classification_cifar10_v1");
        assertThat(template("visual-detector", "Clarifai-InceptionV2")).isEqualTo("Clarifai_InceptionV2");
        for (String name : List.of("InceptionV2", "InceptionBatchNorm", "InceptionResnetV2", "ResNext")) {
            assertThat(template("visual-classifier", name)).isEqualTo("Clarifai_" + name);
        }
        assertThat(template("visual-detector", "InceptionV4")).isEqualTo("Clarifai_InceptionV4");
        assertThat(template("visual-embedder", "InceptionBatchNorm")).isEqualTo("Clarifai_InceptionBatchNorm");
        assertThat(template("visual-detector", "MMDetection-FasterRCNN")).isEqualTo("MMDetection_FasterRCNN");
    }

    @Test
    void every_documented_template_is_there() {
        assertThat(ids("visual-classifier"))
                .containsExactly(
                        "classification_cifar10_v1",
                        "Clarifai_InceptionV2",
                        "Clarifai_InceptionBatchNorm",
                        "Clarifai_InceptionResnetV2",
                        "Clarifai_ResNext",
                        "Clarifai_InceptionTransferEmbedNorm",
                        "classification_basemodel_v1",
                        "MMClassification_ResNet_50_RSB_A1",
                        "MMClassification_ResNet_50",
                        "MMClassification_EfficientNet");
        assertThat(ids("visual-detector"))
                .containsExactly(
                        "Clarifai_InceptionV2",
                        "Clarifai_InceptionV4",
                        "MMDetection_YoloF",
                        "MMDetection_SSD",
                        "MMDetection_FasterRCNN",
                        "Detection_MSC10",
                        "DeepTrain_SmallDetector",
                        "DeepTrain_AnchorFreeDetector");
        assertThat(ids("visual-embedder"))
                .containsExactly("Clarifai_InceptionBatchNorm", "Clarifai_ResNext", "Clarifai_ResNet_AngularMargin");
        assertThat(ids("embedding-classifier")).isEmpty();
    }

    @Test
    void every_documented_hyperparameter_is_one_of_some_template() {
        Set<String> names = new HashSet<>();
        for (ModelType type : TemplateCatalogue.modelTypes()) {
            type.fields().forEach(field -> names.add(field.name()));
            type.templates()
                    .forEach(template ->
                            template.hyperparameters().forEach(hyperparameter -> names.add(hyperparameter.name())));
        }
        assertThat(names)
                .contains(
                        "average_horizontal_flips",
                        "base_gradient_multiplier",
                        "batch_size",
                        "detection_score_threshold",
                        "image_size",
                        "init_epochs",
                        "logreg",
                        "lrate",
                        "num_epochs",
                        "num_items_per_epoch",
                        "per_128_lrate",
                        "per_item_lrate",
                        "step_epochs",
                        "test_freq",
                        "use_perclass_regression",
                        "invalid_data_tolerance_percent",
                        "embed_model",
                        "concepts_mutually_exclusive",
                        "enrich_dataset");
    }

    @Test
    void what_can_be_trained_can_be_trained_on_several_gpus() {
        for (ModelType type : TemplateCatalogue.modelTypes()) {
            for (Template template : type.templates()) {
                if (template.runnable()) {
                    assertThat(template.hyperparameter("num_gpus").map(Hyperparameter::defaultValue))
                            .as(type.id() + " " + template.id())
                            .contains(1L);
                    assertThat(template.hyperparameter("min_num_gpus").map(Hyperparameter::defaultValue))
                            .as(type.id() + " " + template.id())
                            .contains(0L);
                }
            }
        }
    }

    @Test
    void defaults_and_ranges_are_the_published_ones() {
        Template strong = TemplateCatalogue.modelType("visual-classifier")
                .flatMap(type -> type.template("MMClassification_ResNet_50_RSB_A1"))
                .orElseThrow();
        assertThat(strong.hyperparameter("num_epochs").map(Hyperparameter::defaultValue))
                .contains(60L);
        assertThat(strong.hyperparameter("num_epochs").map(Hyperparameter::domain))
                .contains(new Domain.WholeNumber(1, 600, 1));
        assertThat(strong.hyperparameter("pretrained_weights").map(Hyperparameter::domain))
                .contains(new Domain.Choice(List.of("None", "ImageNet-1k")));
        assertThat(strong.hyperparameter("crop_area_min").map(Hyperparameter::defaultValue))
                .contains(0.08);
        assertThat(strong.hyperparameter("crop_area_min").map(Hyperparameter::domain))
                .contains(new Domain.RealNumber(0.01, 1));
        assertThat(strong.hyperparameter("randaugment_magnitude").map(Hyperparameter::domain))
                .contains(new Domain.RealNumber(0, 10));
        assertThat(strong.hyperparameter("randaugment_deviation").map(Hyperparameter::defaultValue))
                .contains(0.5);
        assertThat(strong.hyperparameter("repeated_augmentation").map(Hyperparameter::domain))
                .contains(new Domain.WholeNumber(1, 8, 1));
        Template margin = TemplateCatalogue.modelType("visual-embedder")
                .flatMap(type -> type.template("Clarifai_ResNet_AngularMargin"))
                .orElseThrow();
        assertThat(margin.hyperparameter("angular_scale").map(Hyperparameter::domain))
                .contains(new Domain.WholeNumber(16, 128, 16));
    }

    @Test
    void what_is_taken_without_an_effect_says_so() {
        for (String template : List.of("classification_cifar10_v1", "classification_basemodel_v1")) {
            Hyperparameter crop = hyperparameter(template, "inference_crop_type");
            assertThat(crop.description()).startsWith("No effect");
            assertThat(crop.domain().legal("sorta2")).contains("sorta2");
        }
        Hyperparameter architecture = hyperparameter("classification_basemodel_v1", "model_cfg");
        assertThat(architecture.description()).endsWith("it has no effect.");
        assertThat(architecture.domain()).isEqualTo(new Domain.Choice(List.of("resnext")));
    }

    private static Hyperparameter hyperparameter(String classifier, String name) {
        return TemplateCatalogue.modelType(TemplateCatalogue.VISUAL_CLASSIFIER)
                .flatMap(type -> type.template(classifier))
                .flatMap(template -> template.hyperparameter(name))
                .orElseThrow();
    }

    @Test
    void a_client_that_walks_the_whole_list_finds_everything_filled_in() {
        for (ModelType type : TemplateCatalogue.modelTypes()) {
            assertThat(type.fields()).as(type.id()).isNotEmpty();
            Set<String> paths = new HashSet<>();
            for (TypeField field : type.fields()) {
                assertThat(paths.add(field.path())).as(field.path()).isTrue();
                assertThat(field.path().split("\\.")).hasSizeGreaterThanOrEqualTo(2);
                assertThat(field.name()).isNotBlank();
                assertThat(field.description()).isNotBlank();
                if (field.kind() instanceof TypeField.Kind.Setting(Domain domain)) {
                    assertThat(domain.legal(field.defaultValue()))
                            .as(field.path())
                            .isPresent();
                }
            }
            for (Template template : type.templates()) {
                assertThat(template.hyperparameters()).as(template.id()).isNotEmpty();
                assertThat(template.description()).isNotBlank();
                Set<String> names = new HashSet<>();
                for (Hyperparameter hyperparameter : template.hyperparameters()) {
                    assertThat(names.add(hyperparameter.name()))
                            .as(hyperparameter.name())
                            .isTrue();
                    assertThat(hyperparameter.name()).isNotBlank();
                    assertThat(hyperparameter.description()).isNotBlank();
                }
            }
        }
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
                        .map(ModelType::recommended)
                        .orElseThrow()
                        .runnable())
                .isTrue();
    }

    @Test
    void a_type_has_templates_or_one_way_to_be_trained_without_them() {
        assertThatThrownBy(() -> new ModelType("t", "", "", List.of(), List.of(), Optional.empty()))
                .hasMessageContaining("t must have templates");
    }

    @Test
    void a_list_of_numbers_is_legal_as_a_whole_or_not_at_all() {
        Domain domain = new Domain.Numbers(2, 1, 10);
        assertThat(domain.legal(List.of(1.0, 10))).contains(List.of(1.0, 10.0));
        assertThat(domain.legal(List.of())).contains(List.of());
        List<Object> illegal = new ArrayList<>(List.of(1.0, "two"));
        assertThat(domain.legal(illegal)).isEmpty();
        assertThat(domain.legal(List.of(1.0, 11.0))).isEmpty();
        assertThat(domain.legal(List.of(1.0, 2.0, 3.0))).isEmpty();
        assertThat(domain.legal(1.0)).isEmpty();
        assertThat(domain.words()).isEqualTo("a list of at most 2 numbers from 1 to 10");
    }

    @Test
    void a_text_is_legal_up_to_its_length() {
        Domain domain = new Domain.Text(3);
        assertThat(domain.legal("abc")).contains("abc");
        assertThat(domain.legal("abcd")).isEmpty();
        assertThat(domain.legal(1)).isEmpty();
    }

    private static List<String> ids(String type) {
        return TemplateCatalogue.modelType(type).orElseThrow().templates().stream()
                .map(Template::id)
                .toList();
    }

    private static String template(String type, String name) {
        return TemplateCatalogue.modelType(type)
                .flatMap(found -> found.template(name))
                .orElseThrow()
                .id();
    }
}
