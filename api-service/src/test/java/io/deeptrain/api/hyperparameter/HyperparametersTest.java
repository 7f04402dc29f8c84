package io.deeptrain.api.hyperparameter;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.hyperparameter.Hyperparameters.Complete;
import io.deeptrain.api.hyperparameter.Hyperparameters.Rejected;
import io.deeptrain.api.violation.Violation;
import io.deeptrain.template.Template;
import io.deeptrain.template.TemplateCatalogue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HyperparametersTest {
    private static final Template CIFAR = TemplateCatalogue.modelType("visual-classifier")
            .flatMap(type -> type.template("classification_cifar10_v1"))
            .orElseThrow();

    @Test
    void what_is_not_given_has_the_templates_default() {
        assertThat(Hyperparameters.of(CIFAR, Map.of("num_epochs", 2.0)))
                .isEqualTo(new Complete(Map.ofEntries(
                        Map.entry("image_size", 32L),
                        Map.entry("batch_size", 64L),
                        Map.entry("num_epochs", 2L),
                        Map.entry("per_item_lrate", 0.0015625),
                        Map.entry("logreg", 0L),
                        Map.entry("num_items_per_epoch", 0L),
                        Map.entry("average_horizontal_flips", false),
                        Map.entry("early_stopping_patience", 0L),
                        Map.entry("num_gpus", 1L),
                        Map.entry("min_num_gpus", 0L),
                        Map.entry("inference_crop_type", "sorta2"))));
    }

    @Test
    void everything_that_is_wrong_is_said_at_once() {
        assertThat(Hyperparameters.of(CIFAR, Map.of("batch_size", 500.0, "num_epochs", 0.0, "colour", "red")))
                .isEqualTo(new Rejected(List.of(
                        new Violation(
                                "train_info.params.batch_size",
                                "500",
                                "a whole number from 1 to 128",
                                Optional.of(128L)),
                        new Violation(
                                "train_info.params.colour",
                                "red",
                                "left out, for classification_cifar10_v1 has only average_horizontal_flips, batch_size, "
                                        + "early_stopping_patience, image_size, inference_crop_type, logreg, min_num_gpus, num_epochs, num_gpus, num_items_per_epoch, per_item_lrate",
                                Optional.empty()),
                        new Violation(
                                "train_info.params.num_epochs",
                                "0",
                                "a whole number from 1 to 200",
                                Optional.of(1L)))));
    }

    @ParameterizedTest(name = "image_size {0} is legal: {1}, nearest {2}")
    @CsvSource({"32, true, 32", "31, false, 32", "96, true, 96", "97, false, 96", "40, false, 48", "48.5, false, 48"})
    void a_step_is_counted_from_the_minimum(double given, boolean legal, long nearest) {
        var domain = CIFAR.hyperparameter("image_size").orElseThrow().domain();

        assertThat(domain.legal(given).isPresent()).isEqualTo(legal);
        assertThat(domain.nearest(given)).contains(nearest);
    }

    @Test
    void a_training_cannot_need_more_gpus_than_it_is_to_have() {
        assertThat(Hyperparameters.of(CIFAR, Map.of("num_gpus", 4.0, "min_num_gpus", 4.0)))
                .isInstanceOf(Complete.class);
        assertThat(Hyperparameters.of(CIFAR, Map.of("num_gpus", 4.0, "min_num_gpus", 5.0)))
                .isEqualTo(new Rejected(List.of(new Violation(
                        "train_info.params.min_num_gpus", "5", "at most num_gpus, which is 4", Optional.of(4L)))));
        assertThat(Hyperparameters.of(CIFAR, Map.of("num_gpus", 0.0, "min_num_gpus", 2.0)))
                .isEqualTo(new Rejected(List.of(new Violation(
                        "train_info.params.min_num_gpus", "2", "at most num_gpus, which is 1", Optional.of(1L)))));
    }

    @Test
    void what_the_recipe_of_wightman_and_others_has_is_refused_by_name_where_it_cannot_be() {
        Template strong = TemplateCatalogue.modelType("visual-classifier")
                .flatMap(type -> type.template("MMClassification_ResNet_50_RSB_A1"))
                .orElseThrow();
        Map<String, Double> most = Map.of(
                "mixup_alpha", 1.0,
                "cutmix_alpha", 1.0,
                "label_smoothing", 0.9,
                "drop_path_rate", 0.9);
        most.forEach((name, max) -> {
            assertThat(Hyperparameters.of(strong, Map.of(name, 1.5)))
                    .isEqualTo(new Rejected(List.of(new Violation(
                            "train_info.params." + name,
                            "1.5",
                            "a number from 0 to " + (max == 1 ? "1" : max),
                            Optional.of(max)))));
            assertThat(Hyperparameters.of(strong, Map.of(name, -0.1))).isInstanceOf(Rejected.class);
            assertThat(Hyperparameters.of(strong, Map.of(name, 0.0))).isInstanceOf(Complete.class);
            assertThat(Hyperparameters.of(strong, Map.of(name, max))).isInstanceOf(Complete.class);
            assertThat(Hyperparameters.of(CIFAR, Map.of(name, 0.0))).isInstanceOf(Rejected.class);
        });
    }

    @Test
    void a_value_of_the_wrong_kind_is_not_converted() {
        assertThat(Hyperparameters.of(CIFAR, Map.of("average_horizontal_flips", "yes")))
                .isEqualTo(new Rejected(List.of(new Violation(
                        "train_info.params.average_horizontal_flips", "yes", "true or false", Optional.empty()))));
        assertThat(Hyperparameters.of(CIFAR, Map.of("num_epochs", Double.NaN))).isInstanceOf(Rejected.class);
    }

    @Test
    void the_message_says_how_to_put_it_right() {
        Violation violation = new Violation("f", "500", "a whole number from 1 to 128", Optional.of(128L));

        assertThat(violation.message())
                .isEqualTo("f is 500 but must be a whole number from 1 to 128; the nearest is 128");
    }
}
