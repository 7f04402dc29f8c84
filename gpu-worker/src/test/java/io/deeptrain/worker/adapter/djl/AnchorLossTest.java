package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.worker.detection.AnchorSettings;
import io.deeptrain.worker.learning.Optimizer;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.DetectorArchitectures;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Step;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The loss of a detector with anchors, against numbers that were computed by hand from Lin et al. 2017: the last
 * layers' weights are nothing, so that what is answered at every anchor is their biases.
 */
class AnchorLossTest {
    private static final int SIZE = 32;
    private static final int CONCEPTS = 2;
    private static final int NUMBERS = 5;
    private static final int IGNORED = -1;
    private static final double LN_2 = Math.log(2);

    private static AnchorSettings settings(boolean focal, boolean perClass) {
        return new AnchorSettings(List.of(1.0), focal, perClass, 0.2);
    }

    private static Network network(AnchorSettings settings) {
        return DetectorArchitectures.ofTemplate("DeepTrain_SmallDetector", CONCEPTS, settings.head(CONCEPTS))
                .orElseThrow();
    }

    private static List<Tensor> answering(Network network, float[] logits, float[] boxes) {
        List<Tensor> state = InitialWeights.of(network, 1, Set.of());
        fill(state, "head.classification.last", logits);
        fill(state, "head.regression.last", boxes);
        return state;
    }

    /** The numbers over and over again. */
    private static void fill(List<Tensor> state, String layer, float[] numbers) {
        for (Tensor tensor : state) {
            if (tensor.name().equals(layer + ".weight")) {
                Arrays.fill(tensor.values(), 0);
            }
            if (tensor.name().equals(layer + ".bias")) {
                for (int i = 0; i < tensor.values().length; i++) {
                    tensor.values()[i] = numbers[i % numbers.length];
                }
            }
        }
    }

    private static FloatBuffer targets(Network network, AnchorSettings settings, int label) {
        int perImage =
                new Objective.ObjectDetection(settings).targets(network, SIZE).perImage();
        FloatBuffer targets = FloatBuffer.allocate(perImage);
        for (int anchor = 0; anchor < perImage / NUMBERS; anchor++) {
            targets.put(anchor * NUMBERS, label);
        }
        return targets;
    }

    private static double loss(AnchorSettings settings, float[] logits, float[] boxes, FloatBuffer targets) {
        Network network = network(settings);
        Recipe recipe = new Recipe(new Objective.ObjectDetection(settings), new Optimizer.Momentum(0, 0), 10);
        try (Learner learner = new DjlLearners(1).learner(network, recipe, answering(network, logits, boxes))) {
            Pixels pixels = new Pixels(ByteBuffer.allocateDirect(3 * SIZE * SIZE), 1, SIZE);
            return learner.step(new Batch(pixels, targets), new Step(0, 0, 0));
        }
    }

    private static void object(FloatBuffer targets, int anchor, int label, float... box) {
        targets.put(anchor * NUMBERS, label);
        targets.put(anchor * NUMBERS + 1, box);
    }

    /** With p = 1/2 everywhere: 0.25 (1/2)^2 ln 2 for what is there and 0.75 (1/2)^2 ln 2 for what is not. */
    @Test
    void one_object_without_background() {
        AnchorSettings settings = settings(true, false);
        FloatBuffer targets = targets(network(settings), settings, IGNORED);
        object(targets, 7, 1, 0.05f, 0.5f, 0, -1);
        // Smooth L1 with beta 1/9: 0.05^2 * 9 / 2, 0.5 - 1/18, 0, 1 - 1/18.
        double box = 0.01125 + 0.444444 + 0 + 0.944444;
        assertThat(loss(settings, new float[] {0}, new float[] {0}, targets))
                .isCloseTo(0.25 * 0.25 * LN_2 + 0.75 * 0.25 * LN_2 + box, within(1e-5));
    }

    /** The sum over all anchors that count is divided by how many have an object. */
    @Test
    void objects_share_the_loss_of_the_background() {
        AnchorSettings settings = settings(true, false);
        FloatBuffer targets = targets(network(settings), settings, IGNORED);
        object(targets, 3, 1, 0, 0, 0, 0);
        object(targets, 4, 2, 1, 0, 0, 0);
        object(targets, 5, 0, 9, 9, 9, 9);
        double scores = 2 * (0.25 + 0.75) * 0.25 * LN_2 + 2 * 0.75 * 0.25 * LN_2;
        assertThat(loss(settings, new float[] {0}, new float[] {0}, targets))
                .isCloseTo((scores + 0.944444) / 2, within(1e-5));
    }

    /** Scores of 0.9 and 0.1 for the two concepts, so that each has its own place. */
    @Test
    void what_is_told_well_weighs_little() {
        AnchorSettings settings = settings(true, false);
        float sure = (float) Math.log(9);
        FloatBuffer right = targets(network(settings), settings, IGNORED);
        object(right, 0, 1, 0, 0, 0, 0);
        assertThat(loss(settings, new float[] {sure, -sure}, new float[] {0}, right))
                .isCloseTo(0.25 * 0.01 * 0.1053605 + 0.75 * 0.01 * 0.1053605, within(1e-6));
        FloatBuffer wrong = targets(network(settings), settings, IGNORED);
        object(wrong, 0, 2, 0, 0, 0, 0);
        assertThat(loss(settings, new float[] {sure, -sure}, new float[] {0}, wrong))
                .isCloseTo(0.25 * 0.81 * 2.3025851 + 0.75 * 0.81 * 2.3025851, within(1e-5));
    }

    @Test
    void without_focus_objects_weigh_three_times_as_much_as_background() {
        AnchorSettings settings = settings(false, false);
        FloatBuffer targets = targets(network(settings), settings, IGNORED);
        object(targets, 0, 1, 0, 0, 0, 0);
        assertThat(loss(settings, new float[] {0}, new float[] {0}, targets))
                .isCloseTo(0.75 * LN_2 + 0.25 * LN_2, within(1e-5));
    }

    /** The regressors of the second concept answer 1, those of the first nothing. */
    @Test
    void each_concept_has_its_own_box_where_that_is_wanted() {
        AnchorSettings settings = settings(true, true);
        float[] boxes = {0, 0, 0, 0, 1, 1, 1, 1};
        double scores = 0.25 * LN_2;
        FloatBuffer first = targets(network(settings), settings, IGNORED);
        object(first, 2, 1, 0, 0, 0, 0);
        assertThat(loss(settings, new float[] {0}, boxes, first)).isCloseTo(scores, within(1e-5));
        FloatBuffer second = targets(network(settings), settings, IGNORED);
        object(second, 2, 2, 0, 0, 0, 0);
        assertThat(loss(settings, new float[] {0}, boxes, second)).isCloseTo(scores + 4 * 0.944444, within(1e-5));
    }

    @Test
    void an_image_without_objects_is_not_divided_by_nothing() {
        AnchorSettings settings = settings(true, false);
        FloatBuffer targets = targets(network(settings), settings, 0);
        int anchors = targets.capacity() / NUMBERS;
        assertThat(loss(settings, new float[] {0}, new float[] {0}, targets))
                .isCloseTo(anchors * 2 * 0.75 * 0.25 * LN_2, within(1e-3));
    }
}
