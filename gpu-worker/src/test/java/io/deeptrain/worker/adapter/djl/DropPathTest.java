package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.deeptrain.worker.learning.MemoryNeed;
import io.deeptrain.worker.learning.Optimizer;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Cost;
import io.deeptrain.worker.network.GraphBuilder;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Layer.BatchNorm;
import io.deeptrain.worker.network.Layer.DropPath;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Part;
import io.deeptrain.worker.network.ResNet50;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.Window;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Step;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Stochastic depth: which images a branch is left out for, in both forms of a network. */
class DropPathTest {
    private static final int IMAGES = 16;
    private static final int SIZE = 8;
    private static final int CONCEPTS = 3;
    private static final double RATE = 0.1;
    private static final String BRANCH = "branch";

    /** A stem, and one unit whose branch may be left out. */
    private static Network network(double probability) {
        GraphBuilder graph = new GraphBuilder(BatchNorm.EPSILON);
        graph.enter(new Part.Backbone(0));
        int stem = graph.relu(graph.convolution("stem", GraphBuilder.IMAGE, 8, Window.padded(3, 3, 1), 1));
        int branch = graph.dropPath(
                graph.batchNorm("branch.bn", graph.convolution("branch", stem, 8, Window.padded(3, 3, 1), 1)),
                probability);
        int sum = graph.relu(graph.add(branch, stem));
        graph.enter(new Part.Head());
        SequencedMap<String, Integer> outputs = new LinkedHashMap<>();
        outputs.put(Network.LOGITS, graph.linear("fc", graph.globalAverage(sum), CONCEPTS));
        outputs.put(BRANCH, branch);
        return graph.network("dropping", outputs);
    }

    private static Recipe recipe(int frozenStages) {
        return new Recipe(
                new Objective.Classification(Activation.SOFTMAX), new Optimizer.Momentum(0.9, 0), 1, frozenStages, 1e9);
    }

    private static Learner learner(Network network, int frozenStages) {
        return new DjlLearners(1).learner(network, recipe(frozenStages), state(network));
    }

    private static List<Tensor> state(Network network) {
        return InitialWeights.of(network, 7, Set.of());
    }

    private static Batch batch() {
        FloatBuffer targets = FloatBuffer.allocate(IMAGES * CONCEPTS);
        for (int image = 0; image < IMAGES; image++) {
            targets.put(image * CONCEPTS + image % CONCEPTS, 1);
        }
        return new Batch(new Pixels(TwoForms.noise(IMAGES, SIZE), IMAGES, SIZE), targets);
    }

    private static float firstLoss(Network network, int frozenStages, long chance) {
        try (Learner learner = learner(network, frozenStages)) {
            return learner.step(batch(), new Step(0, RATE, chance));
        }
    }

    /** What the block answers in training with the chance of a step: logits, and the branch. */
    private static List<float[]> block(Network network, boolean training, long chance) {
        new DjlLearners(1);
        try (NDManager manager = NDManager.newBaseManager(DjlLearners.ENGINE)) {
            NDArray images = manager.create(
                            TwoForms.noise(IMAGES, SIZE), new Shape(IMAGES, 3, SIZE, SIZE), DataType.UINT8)
                    .toType(DataType.FLOAT32, false)
                    .sub(Network.PIXEL_MEAN)
                    .div(Network.PIXEL_DEVIATION);
            BlockNetwork block = new BlockNetwork(network).initialized(manager, state(network));
            Engine.getEngine(DjlLearners.ENGINE).setRandomSeed(Long.hashCode(chance));
            return block.forward(new ParameterStore(manager, false), new NDList(images), training).stream()
                    .map(NDArray::toFloatArray)
                    .toList();
        }
    }

    private static double crossEntropy(float[] logits) {
        double sum = 0;
        for (int image = 0; image < IMAGES; image++) {
            double exponentials = 0;
            for (int concept = 0; concept < CONCEPTS; concept++) {
                exponentials += Math.exp(logits[image * CONCEPTS + concept]);
            }
            sum += Math.log(exponentials) - logits[image * CONCEPTS + image % CONCEPTS];
        }
        return sum / IMAGES;
    }

    @Test
    void a_branch_is_left_out_for_whole_images_and_counts_more_for_the_others() {
        float[] whole = block(network(0), true, 5).getLast();
        float[] some = block(network(0.75), true, 5).getLast();
        int numbers = whole.length / IMAGES;
        int left = 0;
        for (int image = 0; image < IMAGES; image++) {
            boolean isLeftOut = some[image * numbers] == 0;
            left += isLeftOut ? 1 : 0;
            for (int n = image * numbers; n < (image + 1) * numbers; n++) {
                assertThat(some[n]).isCloseTo(isLeftOut ? 0 : 4 * whole[n], within(1e-4f));
            }
        }
        assertThat(left).isBetween(7, 15);
        assertThat(block(network(0.75), false, 5).getLast())
                .isEqualTo(block(network(0), false, 5).getLast());
    }

    @Test
    void the_script_leaves_out_what_the_block_does_with_the_same_seed_and_other_images_with_another() {
        Network network = network(0.5);
        Set<Float> losses = new HashSet<>();
        for (long chance : new long[] {1, 2, 3}) {
            float loss = firstLoss(network, 0, chance);
            assertThat((double) loss)
                    .isCloseTo(crossEntropy(block(network, true, chance).getFirst()), within(1e-5));
            losses.add(loss);
        }
        assertThat(losses).hasSize(3);
    }

    @Test
    void nothing_is_left_out_of_an_answer_nor_of_a_frozen_stage() throws Exception {
        TwoForms.requireAgreement(network(0.5), state(network(0.5)), IMAGES, SIZE);
        try (Learner learner = learner(network(0.5), 0);
                Learner plain = learner(network(0), 0)) {
            assertThat(learner.answers(batch().pixels()).of(Network.LOGITS))
                    .isEqualTo(plain.answers(batch().pixels()).of(Network.LOGITS));
        }
        assertThat(firstLoss(network(0.5), 1, 1)).isEqualTo(firstLoss(network(0), 1, 1));
    }

    @Test
    void what_is_learned_from_a_restored_state_is_the_same_to_the_last_bit() {
        Network network = network(0.5);
        try (Learner learner = learner(network, 0);
                Learner other = learner(network, 0)) {
            losses(learner, 0, 3);
            LearnerState middle = learner.state();
            List<Float> expected = losses(learner, 3, 6);
            LearnerState end = learner.state();
            losses(other, 7, 9);
            other.restore(middle);
            assertThat(losses(other, 3, 6)).isEqualTo(expected);
            assertThat(other.state()).isEqualTo(end);
        }
    }

    private static List<Float> losses(Learner learner, int from, int to) {
        List<Float> losses = new ArrayList<>();
        for (int step = from; step < to; step++) {
            losses.add(learner.step(batch(), new Step(step, RATE, step)));
        }
        return losses;
    }

    @Test
    void in_mixed_precision_a_branch_is_left_out_too() {
        Network network = network(0.5);
        Set<Float> losses = new HashSet<>();
        for (long chance : new long[] {1, 2}) {
            try (Learner learner = new DjlLearners(1, Precision.BF16).learner(network, recipe(0), state(network))) {
                float loss = learner.step(batch(), new Step(0, RATE, chance));
                assertThat((double) loss)
                        .isCloseTo(crossEntropy(block(network, true, chance).getFirst()), within(0.02));
                losses.add(loss);
            }
        }
        assertThat(losses).hasSize(2);
    }

    /** He et al. 2015: units of three, four, six and three. */
    @Test
    void deeper_units_of_the_residual_network_are_left_out_more_often_and_nothing_else_changes() {
        Network plain = ResNet50.resnet(10);
        Network dropping = ResNet50.resnet(10, 0.16);
        List<Double> rates = dropping.nodes().stream()
                .map(Network.Node::layer)
                .filter(DropPath.class::isInstance)
                .map(layer -> ((DropPath) layer).probability())
                .toList();
        assertThat(rates).hasSize(16);
        for (int unit = 0; unit < 16; unit++) {
            assertThat(rates.get(unit)).isCloseTo((unit + 1) * 0.01, within(1e-12));
        }
        assertThat(dropping.hasChance()).isTrue();
        assertThat(dropping.architecture()).isEqualTo(plain.architecture());
        assertThat(dropping.tensors()).isEqualTo(plain.tensors());
        assertThat(Cost.of(dropping, 224).multiplyAdds())
                .isEqualTo(Cost.of(plain, 224).multiplyAdds());
        assertThat(MemoryNeed.of(dropping, recipe(0), Precision.FP32, 224))
                .isEqualTo(MemoryNeed.of(plain, recipe(0), Precision.FP32, 224));
        assertThat(ResNet50.resnet(10, 0)).isEqualTo(plain);
        assertThat(plain.hasChance()).isFalse();
    }
}
