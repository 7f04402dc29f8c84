package io.deeptrain.worker.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.ResidualNetwork;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SmoothedTargetsTest {
    private static float[] written(Activation activation, int concepts, Set<Integer> unseen, Integer... shown) {
        Targets sharp = new Objective.Classification(activation).targets(ResidualNetwork.cifar(1, concepts), 32);
        Targets smoothed = new SmoothedTargets(sharp, activation, 0.1, unseen);
        FloatBuffer into = FloatBuffer.allocate(1 + smoothed.perImage());
        smoothed.write(new Labels(List.of(shown), List.of()), into, 1);
        assertThat(into.get(0)).as("the image before it").isZero();
        assertThat(smoothed.weight(into.position(1))).isEqualTo(sharp.weight(into));
        float[] numbers = new float[smoothed.perImage()];
        into.get(1, numbers);
        return numbers;
    }

    @Test
    void of_concepts_that_exclude_each_other_all_get_a_part_and_the_sum_stays_one() {
        assertThat(written(Activation.SOFTMAX, 4, Set.of(), 2))
                .containsExactly(new float[] {0.025f, 0.025f, 0.925f, 0.025f}, within(1e-6f));
        assertThat(written(Activation.SOFTMAX, 4, Set.of(), 0, 2))
                .containsExactly(new float[] {0.475f, 0.025f, 0.475f, 0.025f}, within(1e-6f));
        assertThat(written(Activation.SOFTMAX, 1, Set.of(), 0)).containsExactly(new float[] {1}, within(1e-6f));
    }

    @Test
    void of_concepts_with_a_probability_of_their_own_each_is_less_sure() {
        assertThat(written(Activation.SIGMOID, 4, Set.of(), 0, 2))
                .containsExactly(new float[] {0.925f, 0.025f, 0.925f, 0.025f}, within(1e-6f));
        assertThat(written(Activation.SIGMOID, 4, Set.of()))
                .containsExactly(new float[] {0.025f, 0.025f, 0.025f, 0.025f}, within(1e-6f));
        assertThat(written(Activation.SIGMOID, 1, Set.of(), 0)).containsExactly(new float[] {0.95f}, within(1e-6f));
        assertThat(written(Activation.SIGMOID, 1, Set.of())).containsExactly(new float[] {0.05f}, within(1e-6f));
    }

    @Test
    void a_concept_that_no_image_shows_gets_nothing() {
        assertThat(written(Activation.SOFTMAX, 3, Set.of(1), 2))
                .containsExactly(new float[] {0.05f, 0, 0.95f}, within(1e-6f));
        assertThat(written(Activation.SIGMOID, 3, Set.of(1), 2))
                .containsExactly(new float[] {0.05f, 0, 0.95f}, within(1e-6f));
    }

    @Test
    void where_one_concept_must_be_shown_and_none_is_nothing_is_known() {
        assertThat(written(Activation.SOFTMAX, 3, Set.of())).containsExactly(0, 0, 0);
    }
}
