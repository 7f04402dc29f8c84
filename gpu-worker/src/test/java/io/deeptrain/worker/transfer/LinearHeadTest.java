package io.deeptrain.worker.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.worker.network.Activation;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LinearHeadTest {
    private static final int FEATURES = 8;
    private static final int CONCEPTS = 3;

    @Test
    void a_head_that_has_learned_nothing_finds_everything_as_likely() {
        float[] embedding = {1, 0, 0, 0, 0, 0, 0, 0};
        assertThat(new LinearHead(FEATURES, 4, Activation.SOFTMAX).values(embedding))
                .containsExactly(0.25f, 0.25f, 0.25f, 0.25f);
        assertThat(new LinearHead(FEATURES, 2, Activation.SIGMOID).values(embedding))
                .containsExactly(0.5f, 0.5f);
    }

    @Test
    void the_loss_is_the_mean_cross_entropy() {
        float[][] embeddings = {{1, 0, 0, 0, 0, 0, 0, 0}};
        float[][] targets = {{0, 1, 0}};
        assertThat(new LinearHead(FEATURES, CONCEPTS, Activation.SOFTMAX).step(embeddings, targets))
                .isCloseTo(Math.log(3), within(1e-6));
        assertThat(new LinearHead(FEATURES, CONCEPTS, Activation.SIGMOID).step(embeddings, targets))
                .isCloseTo(Math.log(2), within(1e-6));
    }

    @Test
    void exclusive_concepts_learn_nothing_from_an_image_of_none_of_them() {
        LinearHead head = new LinearHead(FEATURES, CONCEPTS, Activation.SOFTMAX);
        head.step(new float[][] {{1, 0, 0, 0, 0, 0, 0, 0}}, new float[][] {{0, 0, 0}});
        assertThat(head.bias()).containsOnly(0);
    }

    @Test
    void what_can_be_told_by_a_line_is_learned_with_either_activation() {
        for (Activation activation : Activation.values()) {
            LinearHead head = new LinearHead(FEATURES, CONCEPTS, activation);
            SplittableRandom random = new SplittableRandom(1);
            for (int step = 0; step < 300; step++) {
                float[][] embeddings = new float[32][];
                float[][] targets = new float[32][CONCEPTS];
                for (int i = 0; i < embeddings.length; i++) {
                    targets[i][i % CONCEPTS] = 1;
                    embeddings[i] = embedding(i % CONCEPTS, random);
                }
                head.step(embeddings, targets);
            }
            for (int concept = 0; concept < CONCEPTS; concept++) {
                assertThat(head.values(embedding(concept, random))[concept])
                        .as("%s %d", activation, concept)
                        .isGreaterThan(0.8f);
            }
        }
    }

    /** Points about one of three corners, on the unit sphere. */
    private static float[] embedding(int concept, SplittableRandom random) {
        float[] embedding = new float[FEATURES];
        double length = 0;
        for (int i = 0; i < FEATURES; i++) {
            embedding[i] = (float) ((i == concept ? 1 : 0) + random.nextGaussian() / 10);
            length += embedding[i] * embedding[i];
        }
        for (int i = 0; i < FEATURES; i++) {
            embedding[i] /= (float) Math.sqrt(length);
        }
        return embedding;
    }
}
