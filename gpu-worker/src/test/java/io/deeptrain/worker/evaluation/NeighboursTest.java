package io.deeptrain.worker.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NeighboursTest {
    private static final int CAT = 0;
    private static final int DOG = 1;

    private final Neighbours neighbours = new Neighbours();

    @Test
    void recall_at_k_is_the_share_of_images_with_one_of_their_own_among_the_k_nearest() {
        add(0, CAT);
        add(1, CAT);
        add(90, DOG);
        // To this dog both cats are nearer than the other dog is; the other three have one of their own.
        add(3, DOG);
        assertThat(neighbours.recalls(() -> {}))
                .isEqualTo(Map.of("recall_at_1", 0.75, "recall_at_5", 1.0, "recall_at_10", 1.0));
    }

    @Test
    void each_image_whose_neighbours_were_looked_for_is_told() {
        add(0, CAT);
        add(1, CAT);
        add(90, DOG);
        int[] told = {0};
        neighbours.recalls(() -> told[0]++);
        assertThat(told[0]).isEqualTo(3);
    }

    @Test
    void a_neighbour_that_is_as_near_as_one_of_their_own_counts_against_it() {
        add(0, CAT);
        add(10, CAT);
        add(-10, DOG);
        assertThat(neighbours.recalls(() -> {}).get("recall_at_1")).isEqualTo(0.5);
    }

    @Test
    void an_image_whose_concepts_no_other_shows_is_not_asked() {
        add(0, CAT);
        add(1, CAT);
        add(3, DOG);
        neighbours.add(new float[] {0, 1}, List.of());
        assertThat(neighbours.recalls(() -> {}).get("recall_at_1")).isEqualTo(1.0);
    }

    @Test
    void one_concept_in_common_is_enough() {
        neighbours.add(new float[] {1, 0}, List.of(CAT, DOG));
        add(1, DOG);
        assertThat(neighbours.recalls(() -> {}).get("recall_at_1")).isEqualTo(1.0);
    }

    @Test
    void of_nothing_nothing_is_recalled() {
        assertThat(neighbours.recalls(() -> {}))
                .isEqualTo(Map.of("recall_at_1", 0.0, "recall_at_5", 0.0, "recall_at_10", 0.0));
    }

    private void add(double degrees, int concept) {
        double angle = Math.toRadians(degrees);
        neighbours.add(new float[] {(float) Math.cos(angle), (float) Math.sin(angle)}, List.of(concept));
    }
}
