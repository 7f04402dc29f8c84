package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.worker.learning.Optimizer;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.GraphBuilder;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Layer.BatchNorm;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.ResidualNetwork;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.Window;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Step;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DjlLearnerTest {
    private static final int CONCEPTS = 3;
    private static final int SIZE = 32;
    private static final double RATE = 0.05;
    private static final Optimizer PLAIN = new Optimizer.Momentum(0, 0);
    private static final Network NETWORK = ResidualNetwork.cifar(1, CONCEPTS);

    private static Learner learner(Activation activation) {
        return learner(recipe(activation));
    }

    private static Learner learner(Recipe recipe) {
        return new DjlLearners(1).learner(NETWORK, recipe, InitialWeights.of(NETWORK, 7, Set.of()));
    }

    private static Recipe recipe(Activation activation) {
        return new Recipe(new Objective.Classification(activation), new Optimizer.Momentum(0.9, 5e-4), 10);
    }

    /** Noise around a brightness that depends on the concept. */
    private static Batch batch(long seed, int images) {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer bytes = ByteBuffer.allocateDirect(images * 3 * SIZE * SIZE);
        FloatBuffer targets = FloatBuffer.allocate(images * CONCEPTS);
        for (int image = 0; image < images; image++) {
            int concept = random.nextInt(CONCEPTS);
            targets.put(image * CONCEPTS + concept, 1);
            for (int pixel = 0; pixel < 3 * SIZE * SIZE; pixel++) {
                bytes.put((byte) (concept * 80 + random.nextInt(60)));
            }
        }
        return new Batch(new Pixels(bytes.flip(), images, SIZE), targets);
    }

    private static List<Float> losses(Learner learner, int from, int to) {
        List<Float> losses = new ArrayList<>();
        for (int step = from; step < to; step++) {
            losses.add(learner.step(batch(step, 16), new Step(step, RATE, step)));
        }
        return losses;
    }

    @Test
    void what_is_learned_from_a_restored_state_is_the_same_to_the_last_bit() {
        List<Float> uninterrupted;
        LearnerState end;
        try (Learner learner = learner(Activation.SOFTMAX)) {
            uninterrupted = losses(learner, 0, 12);
            end = learner.state();
        }
        LearnerState middle;
        List<Float> interrupted;
        try (Learner learner = learner(Activation.SOFTMAX)) {
            interrupted = new ArrayList<>(losses(learner, 0, 5));
            middle = learner.state();
        }
        try (Learner learner = learner(Activation.SOFTMAX)) {
            learner.restore(middle);
            interrupted.addAll(losses(learner, 5, 12));
            assertThat(learner.state()).isEqualTo(end);
        }
        assertThat(interrupted).isEqualTo(uninterrupted);
        assertThat(uninterrupted.getLast()).isLessThan(uninterrupted.getFirst());
    }

    @Test
    void running_statistics_move_while_it_learns_and_stand_still_while_it_predicts() {
        try (Learner learner = learner(Activation.SIGMOID)) {
            LearnerState before = learner.state();
            float[] logits = learner.answers(batch(1, 4).pixels()).of(Network.LOGITS);
            assertThat(logits).hasSize(4 * CONCEPTS);
            assertThat(learner.state()).isEqualTo(before);
            learner.step(batch(1, 16), new Step(1, RATE, 1));
            for (int n = 0; n < before.network().size(); n++) {
                assertThat(learner.state().network().get(n))
                        .isNotEqualTo(before.network().get(n));
            }
        }
    }

    @Test
    void memory_stays_flat_over_hundreds_of_steps() throws IOException {
        try (Learner learner = learner(Activation.SOFTMAX)) {
            losses(learner, 0, 60);
            long before = residentKilobytes();
            losses(learner, 60, 300);
            assertThat(residentKilobytes() - before).isLessThan(60_000);
        }
    }

    @Test
    void which_features_are_dropped_is_a_function_of_the_steps_seed() {
        assertThat(lossesWithDropout(1, 2)).isEqualTo(lossesWithDropout(1, 2));
        assertThat(lossesWithDropout(1, 3).getLast())
                .isNotEqualTo(lossesWithDropout(1, 2).getLast());
    }

    private static Recipe recipe(Optimizer optimizer, double backboneRate, int frozenStages, double normMax) {
        return new Recipe(
                new Objective.Classification(Activation.SOFTMAX), optimizer, backboneRate, frozenStages, normMax);
    }

    @Test
    void a_backbone_learns_at_its_own_rate() {
        Numbers whole = change(recipe(PLAIN, 1, 0, 1e9));
        Numbers slow = change(recipe(PLAIN, 0.25, 0, 1e9));
        assertThat(slow.of("fc.weight")).isEqualTo(whole.of("fc.weight"));
        assertThat(slow.of("conv1.weight")[5] / whole.of("conv1.weight")[5]).isCloseTo(0.25f, within(0.001f));
    }

    @Test
    void frozen_stages_keep_their_weights_and_statistics() {
        change(recipe(PLAIN, 1, 2, 1e9)).byName().forEach((name, change) -> {
            boolean frozen = name.startsWith("conv1.") || name.startsWith("bn1.") || name.startsWith("layer1.");
            assertThat(norm(change) == 0).as(name).isEqualTo(frozen);
        });
    }

    @Test
    void a_gradient_of_a_larger_norm_is_scaled_down_to_the_largest() {
        Numbers free = change(recipe(PLAIN, 1, 0, 1e9));
        Numbers clipped = change(recipe(PLAIN, 1, 0, 0.5));
        double norm = normOfParameters(free);
        assertThat(norm).isGreaterThan(RATE * 0.5);
        assertThat(normOfParameters(clipped)).isCloseTo(RATE * 0.5, within(1e-5));
        assertThat(clipped.of("fc.weight")[0])
                .isCloseTo((float) (free.of("fc.weight")[0] * RATE * 0.5 / norm), within(1e-6f));
        assertThat(change(recipe(PLAIN, 1, 0, 2 * norm / RATE)))
                .usingRecursiveComparison()
                .isEqualTo(free);
    }

    @Test
    void momentum_and_decay_are_those_of_stochastic_gradient_descent() {
        Numbers gradient = change(recipe(PLAIN, 1, 0, 1e9));
        Numbers decayed = change(recipe(new Optimizer.Momentum(0, 0.1), 1, 0, 1e9));
        float weight = values(InitialWeights.of(NETWORK, 7, Set.of())).of("fc.weight")[3];
        assertThat(decayed.of("fc.weight")[3])
                .isCloseTo((float) (gradient.of("fc.weight")[3] - RATE * 0.1 * weight), within(1e-6f));
        try (Learner learner = learner(recipe(new Optimizer.Momentum(0.5, 0), 1, 0, 1e9))) {
            LearnerState before = learner.state();
            learner.step(batch(1, 16), new Step(0, RATE, 0));
            float moved = difference(before, learner.state()).of("fc.weight")[3];
            LearnerState middle = learner.state();
            float next = gradientAt(middle)[3];
            learner.step(batch(1, 16), new Step(1, RATE, 0));
            assertThat(difference(middle, learner.state()).of("fc.weight")[3])
                    .isCloseTo(0.5f * moved - (float) RATE * next, within(1e-6f));
        }
    }

    /** You et al. 2020, algorithm 2, with the moments corrected for their start from zero. */
    @Test
    void lamb_adapts_each_layer_by_the_ratio_of_its_weights_to_their_update() {
        double decay = 0.02;
        try (Learner learner = learner(recipe(new Optimizer.Lamb(decay), 1, 0, 1e9))) {
            double[] mean = new double[values(learner.state().network()).of("fc.weight").length];
            double[] variance = new double[mean.length];
            for (int step = 0; step < 3; step++) {
                LearnerState before = learner.state();
                float[] weights = values(before.network()).of("fc.weight");
                float[] gradient = gradientAt(before);
                double[] update = new double[mean.length];
                for (int n = 0; n < mean.length; n++) {
                    mean[n] = 0.9 * mean[n] + 0.1 * gradient[n];
                    variance[n] = 0.999 * variance[n] + 0.001 * gradient[n] * gradient[n];
                    double corrected = mean[n] / (1 - Math.pow(0.9, step + 1));
                    double root = Math.sqrt(variance[n] / (1 - Math.pow(0.999, step + 1)));
                    update[n] = corrected / (root + 1e-6) + decay * weights[n];
                }
                double trust = norm(weights)
                        / Math.sqrt(
                                Arrays.stream(update).map(each -> each * each).sum());
                learner.step(batch(1, 16), new Step(step, RATE, 0));
                float[] moved = difference(before, learner.state()).of("fc.weight");
                for (int n = 0; n < mean.length; n++) {
                    assertThat((double) moved[n]).isCloseTo(-RATE * trust * update[n], within(2e-5));
                }
            }
        }
    }

    @Test
    void lamb_neither_decays_nor_adapts_biases() {
        float[] bias = change(recipe(new Optimizer.Lamb(0.5), 1, 0, 1e9)).of("fc.bias");
        assertThat(Math.abs(bias[0])).isCloseTo((float) RATE, within(1e-4f));
    }

    @Test
    void lamb_goes_on_from_a_restored_state_to_the_last_bit() {
        Recipe lamb = recipe(new Optimizer.Lamb(0.02), 1, 0, 1);
        try (Learner learner = learner(lamb);
                Learner other = learner(lamb)) {
            losses(learner, 0, 3);
            other.restore(learner.state());
            assertThat(losses(other, 3, 6)).isEqualTo(losses(learner, 3, 6));
            assertThat(other.state()).isEqualTo(learner.state());
        }
    }

    private record Numbers(Map<String, float[]> byName) {
        float[] of(String tensor) {
            return Objects.requireNonNull(byName.get(tensor));
        }
    }

    /** What one step adds to each tensor. */
    private static Numbers change(Recipe recipe) {
        try (Learner learner = learner(recipe)) {
            LearnerState before = learner.state();
            learner.step(batch(1, 16), new Step(0, RATE, 0));
            return difference(before, learner.state());
        }
    }

    private static float[] gradientAt(LearnerState state) {
        try (Learner learner = new DjlLearners(1).learner(NETWORK, recipe(PLAIN, 1, 0, 1e9), state.network())) {
            learner.step(batch(1, 16), new Step(0, 1, 0));
            float[] gradient = difference(state, learner.state()).of("fc.weight");
            for (int n = 0; n < gradient.length; n++) {
                gradient[n] = -gradient[n];
            }
            return gradient;
        }
    }

    private static Numbers difference(LearnerState before, LearnerState after) {
        Numbers earlier = values(before.network());
        Numbers differences = values(after.network());
        differences.byName().forEach((name, values) -> {
            for (int n = 0; n < values.length; n++) {
                values[n] -= earlier.of(name)[n];
            }
        });
        return differences;
    }

    private static Numbers values(List<Tensor> tensors) {
        Map<String, float[]> values = new TreeMap<>();
        tensors.forEach(tensor -> values.put(tensor.name(), tensor.values().clone()));
        return new Numbers(values);
    }

    private static double normOfParameters(Numbers change) {
        return Math.sqrt(NETWORK.parameters().stream()
                .mapToDouble(spec -> Math.pow(norm(change.of(spec.name())), 2))
                .sum());
    }

    private static double norm(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

    private static List<Float> lossesWithDropout(long... chances) {
        GraphBuilder graph = new GraphBuilder(BatchNorm.EPSILON);
        int features = graph.globalAverage(graph.convolution("conv", GraphBuilder.IMAGE, 8, Window.padded(3, 3, 1), 1));
        Network network = graph.classifier("dropping", graph.linear("fc", graph.dropout(features, 0.5), CONCEPTS));
        try (Learner learner = new DjlLearners(1)
                .learner(network, recipe(Activation.SOFTMAX), InitialWeights.of(network, 7, Set.of()))) {
            List<Float> losses = new ArrayList<>();
            for (long chance : chances) {
                losses.add(learner.step(batch(1, 16), new Step(0, RATE, chance)));
            }
            return losses;
        }
    }

    private static long residentKilobytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
