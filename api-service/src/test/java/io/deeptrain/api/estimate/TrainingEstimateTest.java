package io.deeptrain.api.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.template.Template;
import io.deeptrain.template.TemplateCatalogue;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingEstimateTest {

    @ParameterizedTest(name = "{0} * {1} * {2} + {3} rounds to {4} s")
    @CsvSource({"0.085, 1000, 60, 180, 5280", "0.5, 1, 1, 0, 0", "1.5, 1, 1, 0, 2", "2.5, 1, 1, 0, 2", "0, 9, 9, 7, 7"})
    void the_formula_rounds_half_to_even(double a, double inputs, double epochs, double b, long seconds) {
        assertThat(TrainingEstimate.byFormula(a, inputs, epochs, b))
                .isEqualTo(new TrainingEstimate(Duration.ofSeconds(seconds)));
    }

    @ParameterizedTest(name = "{0} s is shown as {1}")
    @CsvSource({
        "0, under 15 min",
        "899, under 15 min",
        "900, 15 min",
        "3599, 45 min",
        "3600, 1 h",
        "5280, 1 h 15 min",
        "7200, 2 h"
    })
    void the_display_is_rounded_down_to_a_quarter_of_an_hour(long seconds, String shown) {
        assertThat(new TrainingEstimate(Duration.ofSeconds(seconds)).display()).isEqualTo(shown);
    }

    @Test
    void the_cost_is_that_of_the_exact_time() {
        assertThat(new TrainingEstimate(Duration.ofMinutes(88)).costCents(400, 1))
                .isEqualTo(586);
    }

    @Test
    void time_grows_with_the_area_of_the_image_and_with_the_items_of_an_epoch() {
        Template cifar = TemplateCatalogue.modelType("visual-classifier")
                .flatMap(type -> type.template("classification_cifar10_v1"))
                .orElseThrow();
        double b = cifar.cost().secondsAtLeast();
        double small = seconds(cifar, Map.of("num_epochs", 10L, "image_size", 32L), 10_000) - b;
        double large = seconds(cifar, Map.of("num_epochs", 10L, "image_size", 64L), 10_000) - b;
        double few =
                seconds(cifar, Map.of("num_epochs", 10L, "image_size", 32L, "num_items_per_epoch", 1_000L), 10_000) - b;

        assertThat(large / small).isEqualTo(4);
        assertThat(few / small).isEqualTo(0.1);
    }

    @Test
    void gpus_share_the_inputs_and_cost_as_much_each() {
        Template cifar = TemplateCatalogue.modelType("visual-classifier")
                .flatMap(type -> type.template("classification_cifar10_v1"))
                .orElseThrow();
        double b = cifar.cost().secondsAtLeast();
        double one = seconds(cifar, Map.of("num_epochs", 10L, "image_size", 32L, "num_gpus", 0L), 10_000) - b;
        double two = seconds(cifar, Map.of("num_epochs", 10L, "image_size", 32L, "num_gpus", 2L), 10_000) - b;

        assertThat(two / one).isEqualTo(0.5);
        assertThat(new TrainingEstimate(Duration.ofHours(1)).costCents(400, 1, 143))
                .isEqualTo(57);
        assertThat(new TrainingEstimate(Duration.ofHours(1)).costCents(400, 2)).isEqualTo(800);
        assertThat(TrainingEstimate.gpus(Map.of("num_gpus", 0L))).isEqualTo(1);
        assertThat(TrainingEstimate.gpus(Map.of())).isEqualTo(1);
        assertThat(TrainingEstimate.gpus(Map.of("num_gpus", 8L))).isEqualTo(8);
    }

    private static double seconds(Template template, Map<String, Object> hyperparameters, long inputs) {
        return TrainingEstimate.of(template, hyperparameters, inputs).time().toSeconds();
    }
}
