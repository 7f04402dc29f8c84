package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.worker.detection.PointSettings;
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
 * The loss of an anchor-free detector, against numbers that were computed by hand: the last layers' weights are
 * nothing, so that every point answers their biases - scores of 1/2, a box of 2 x 2 strides around it, and a
 * centre-ness of 1/2.
 */
class PointLossTest {
    private static final int SIZE = 32;
    private static final int CONCEPTS = 2;
    private static final int NUMBERS = 6;
    private static final double LN_2 = Math.log(2);

    /** Of a point that is to find something, with focus: 0.25 (1/2)^2 ln 2 for its concept, 0.75 for the other. */
    private static final double SCORES = (0.25 + 0.75) * 0.25 * LN_2;

    private static final double BACKGROUND = 2 * 0.75 * 0.25 * LN_2;
    private static final PointSettings SETTINGS = new PointSettings(0.2);
    private static final Network NETWORK = DetectorArchitectures.ofTemplate(
                    "DeepTrain_AnchorFreeDetector", CONCEPTS, SETTINGS.head(CONCEPTS))
            .orElseThrow();

    private final FloatBuffer targets = FloatBuffer.allocate(
            new Objective.ObjectDetection(SETTINGS).targets(NETWORK, SIZE).perImage());

    private double loss() {
        Recipe recipe = new Recipe(new Objective.ObjectDetection(SETTINGS), new Optimizer.Momentum(0, 0), 10);
        List<Tensor> state = InitialWeights.of(NETWORK, 1, Set.of());
        state.stream()
                .filter(tensor -> tensor.name().startsWith("head.classification.last")
                        || tensor.name().startsWith("head.regression.boxes")
                        || tensor.name().startsWith("head.regression.centres"))
                .forEach(tensor -> Arrays.fill(tensor.values(), 0));
        try (Learner learner = new DjlLearners(1).learner(NETWORK, recipe, state)) {
            Pixels pixels = new Pixels(ByteBuffer.allocateDirect(3 * SIZE * SIZE), 1, SIZE);
            return learner.step(new Batch(pixels, targets), new Step(0, 0, 0));
        }
    }

    private int points() {
        return targets.capacity() / NUMBERS;
    }

    private void object(int point, int label, float... sidesAndCentre) {
        targets.put(point * NUMBERS, label);
        targets.put(point * NUMBERS + 1, sidesAndCentre);
    }

    @Test
    void an_image_without_objects_is_not_divided_by_nothing() {
        assertThat(loss()).isCloseTo(points() * BACKGROUND, within(1e-3));
    }

    /** What is found where it is: the scores and the centre-ness are all that is wrong. */
    @Test
    void a_box_that_is_right_costs_nothing() {
        object(3, 1, 1, 1, 1, 1, 1);
        assertThat(loss()).isCloseTo((points() - 1) * BACKGROUND + SCORES + LN_2, within(1e-3));
    }

    /**
     * There is 2 high above the point, 1 below, and 1 wide either side: 6 square strides, of which the 4 found are
     * shared, and nothing lies around both but that: 1 - 4/6. The centre-ness costs ln 2 whatever it is.
     */
    @Test
    void a_box_costs_what_it_does_not_share() {
        object(3, 2, 2, 1, 1, 1, 0.7f);
        assertThat(loss()).isCloseTo((points() - 1) * BACKGROUND + SCORES + (1 - 4 / 6.0) + LN_2, within(1e-3));
    }

    /** 4 high and 1 wide beside 2 x 2: 2 shared, 6 in all, 8 around both. */
    @Test
    void what_lies_around_both_and_in_neither_costs_as_well() {
        object(3, 2, 2, 0.5f, 2, 0.5f, 1);
        assertThat(loss())
                .isCloseTo((points() - 1) * BACKGROUND + SCORES + (1 - 2 / 6.0 + 2 / 8.0) + LN_2, within(1e-3));
    }

    @Test
    void objects_share_the_loss_of_the_background() {
        object(3, 2, 1, 1, 1, 1, 1);
        object(4, 1, 2, 1, 1, 1, 1);
        double all = (points() - 2) * BACKGROUND + 2 * SCORES + (1 - 4 / 6.0) + 2 * LN_2;
        assertThat(loss()).isCloseTo(all / 2, within(1e-3));
    }
}
