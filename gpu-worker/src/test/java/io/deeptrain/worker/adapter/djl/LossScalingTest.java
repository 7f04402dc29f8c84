package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.learning.Optimizer;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.LossScale;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.ResidualNetwork;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Step;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Losses that are scaled for float16 numbers. */
class LossScalingTest {
    private static final int CONCEPTS = 3;
    private static final int IMAGES = 6;
    private static final int SIZE = 16;
    private static final double RATE = 0.05;
    private static final Network NETWORK = ResidualNetwork.cifar(1, CONCEPTS);
    private static final Optimizer MOMENTUM = new Optimizer.Momentum(0.9, 5e-4);
    private static final List<Tensor> WEIGHTS = InitialWeights.of(NETWORK, 7, Set.of());

    /** So large that the gradient of the first step overflows. */
    private static final LossScale TOO_LARGE = new LossScale(0x1p24f, 1_000, 4);

    private static Learner learner(Optimizer optimizer, GradientExchange exchange) {
        Recipe recipe = new Recipe(new Objective.Classification(Activation.SOFTMAX), optimizer, 10);
        return new DjlLearners(1, Precision.FP16).learner(NETWORK, recipe, WEIGHTS, exchange);
    }

    private static Learner learner() {
        return learner(MOMENTUM, GradientExchange.NONE);
    }

    private static Batch batch(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer bytes = ByteBuffer.allocateDirect(IMAGES * 3 * SIZE * SIZE);
        FloatBuffer targets = FloatBuffer.allocate(IMAGES * CONCEPTS);
        for (int image = 0; image < IMAGES; image++) {
            int concept = random.nextInt(CONCEPTS);
            targets.put(image * CONCEPTS + concept, 1);
            for (int pixel = 0; pixel < 3 * SIZE * SIZE; pixel++) {
                bytes.put((byte) (concept * 80 + random.nextInt(60)));
            }
        }
        return new Batch(new Pixels(bytes.flip(), IMAGES, SIZE), targets);
    }

    private static List<Float> losses(Learner learner, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(n -> learner.step(batch(n), new Step(n, RATE, n)))
                .toList();
    }

    private static LearnerState at(LearnerState state, LossScale scale) {
        return new LearnerState(state.network(), state.optimizer(), scale);
    }

    private static List<Tensor> parameters(LearnerState state) {
        Set<String> names = NETWORK.parameters().stream().map(TensorSpec::name).collect(Collectors.toSet());
        return state.network().stream()
                .filter(tensor -> names.contains(tensor.name()))
                .toList();
    }

    @Test
    void a_step_whose_gradient_overflows_changes_no_parameter_and_halves_the_scale() {
        try (Learner learner = learner()) {
            losses(learner, 0, 1);
            LearnerState before = at(learner.state(), TOO_LARGE);
            learner.restore(before);
            float loss = learner.step(batch(1), new Step(1, RATE, 1));
            LearnerState after = learner.state();

            assertThat(loss).as("it is no failure").isFinite();
            assertThat(parameters(after)).isEqualTo(parameters(before));
            assertThat(after.optimizer()).isEqualTo(before.optimizer());
            assertThat(after.lossScale()).isEqualTo(new LossScale(0x1p23f, 0, 5));
        }
    }

    @Test
    void a_scale_that_is_too_large_falls_until_the_network_learns() {
        try (Learner learner = learner()) {
            learner.restore(at(learner.state(), TOO_LARGE));
            List<Float> losses = losses(learner, 0, 16);
            LossScale scale = learner.state().lossScale();

            assertThat(losses).allMatch(loss -> Float.isFinite(loss));
            assertThat(losses.getLast()).isLessThan(0.7f * losses.getFirst());
            assertThat(scale.skippedSteps()).isBetween(5L, 12L);
            assertThat(scale.factor()).isEqualTo((float) Math.scalb(0x1p24, 4 - (int) scale.skippedSteps()));
        }
    }

    @Test
    void what_a_step_learns_is_what_it_learns_in_32_bits_whatever_the_scale() {
        LearnerState start = new LearnerState(WEIGHTS, List.of());
        LearnerState exact = afterOneStep(Precision.FP32, LossScale.START);
        double moved = distance(parameters(exact), parameters(start));
        assertThat(moved).isGreaterThan(1e-3);
        for (float factor : List.of(0x1p4f, 0x1p8f, 0x1p12f)) {
            LearnerState half = afterOneStep(Precision.FP16, new LossScale(factor, 0, 0));
            assertThat(distance(parameters(half), parameters(exact))).isBetween(1e-6 * moved, 0.05 * moved);
        }
    }

    private static LearnerState afterOneStep(Precision precision, LossScale scale) {
        Recipe unclipped = new Recipe(new Objective.Classification(Activation.SOFTMAX), MOMENTUM, 1e9);
        try (Learner learner = new DjlLearners(1, precision).learner(NETWORK, unclipped, WEIGHTS)) {
            learner.restore(at(learner.state(), scale));
            losses(learner, 0, 1);
            return learner.state();
        }
    }

    private static double distance(List<Tensor> some, List<Tensor> others) {
        double sum = 0;
        for (int n = 0; n < some.size(); n++) {
            for (int i = 0; i < some.get(n).values().length; i++) {
                double difference = some.get(n).values()[i] - others.get(n).values()[i];
                sum += difference * difference;
            }
        }
        return Math.sqrt(sum);
    }

    @Test
    void a_training_that_is_resumed_while_its_scale_falls_is_the_same_to_the_last_bit() {
        List<Float> uninterrupted;
        LearnerState end;
        LearnerState start;
        try (Learner learner = learner()) {
            start = at(learner.state(), TOO_LARGE);
            learner.restore(start);
            uninterrupted = losses(learner, 0, 10);
            end = learner.state();
        }
        List<Float> interrupted;
        LearnerState middle;
        try (Learner learner = learner()) {
            learner.restore(start);
            interrupted = new ArrayList<>(losses(learner, 0, 2));
            middle = learner.state();
        }
        try (Learner learner = learner()) {
            learner.restore(middle);
            interrupted.addAll(losses(learner, 2, 10));
            assertThat(learner.state()).isEqualTo(end);
        }
        assertThat(interrupted).isEqualTo(uninterrupted);
    }

    /** LAMB undoes its start from zero by how often it has stepped. */
    @Test
    void a_skipped_step_is_none_that_the_optimizer_has_taken() {
        Optimizer lamb = new Optimizer.Lamb(0.02);
        try (Learner skipping = learner(lamb, GradientExchange.NONE);
                Learner exact = learner(lamb, GradientExchange.NONE)) {
            LearnerState begin = skipping.state();
            skipping.restore(at(begin, new LossScale(65_536, 0, 3)));
            skipping.step(batch(0), new Step(3, RATE, 0));
            exact.step(batch(0), new Step(0, RATE, 0));
            assertThat(skipping.state().network()).isEqualTo(exact.state().network());
        }
    }

    @Test
    void what_overflows_on_another_rank_is_skipped_here_too() {
        for (float ofOther : List.of(0f, Float.POSITIVE_INFINITY, Float.NaN)) {
            try (Learner learner = learner(MOMENTUM, besideOneWith(ofOther))) {
                LearnerState before = learner.state();
                losses(learner, 0, 1);
                LearnerState after = learner.state();
                boolean usable = ofOther == 0;
                assertThat(parameters(after).equals(parameters(before))).isEqualTo(!usable);
                assertThat(after.lossScale())
                        .isEqualTo(usable ? new LossScale(65_536, 1, 0) : new LossScale(32_768, 0, 1));
            }
        }
    }

    /** Two ranks; the other adds this number to the first of the gradient, and nothing to the rest. */
    private static GradientExchange besideOneWith(float number) {
        return new GradientExchange() {
            @Override
            public int ranks() {
                return 2;
            }

            @Override
            public void sum(MemorySegment values) {
                float own = values.get(ValueLayout.JAVA_FLOAT, 0);
                values.set(ValueLayout.JAVA_FLOAT, 0, own + number);
            }

            @Override
            public void close() {}
        };
    }

    /** The loss is large and finite, and its gradient beyond float16 numbers however little it is scaled. */
    @Test
    void a_gradient_that_no_scale_brings_into_range_makes_the_loss_no_number() {
        try (Learner learner = learner()) {
            List<Tensor> blownUp = WEIGHTS.stream()
                    .map(tensor -> tensor.name().equals(classifierWeights()) ? times(tensor, 1e14f) : tensor)
                    .toList();
            LearnerState state = new LearnerState(blownUp, learner.state().optimizer(), new LossScale(0x1p-12f, 0, 28));
            learner.restore(state);
            assertThat(losses(learner, 0, 1).getFirst()).isFinite().isGreaterThan(1e6f);
            assertThat(learner.state().lossScale()).isEqualTo(new LossScale(0x1p-13f, 0, 29));
            assertThat(losses(learner, 1, 2).getFirst()).isNaN();
        }
    }

    private static String classifierWeights() {
        return Network.tensorsOf(NETWORK.classifier()).getFirst().name();
    }

    private static Tensor times(Tensor tensor, float factor) {
        float[] values = tensor.values().clone();
        for (int n = 0; n < values.length; n++) {
            values[n] *= factor;
        }
        return new Tensor(tensor.name(), tensor.shape(), values);
    }

    @Test
    void a_learner_in_32_bits_scales_nothing_and_hands_the_scale_on() {
        Recipe recipe = new Recipe(new Objective.Classification(Activation.SOFTMAX), MOMENTUM, 10);
        try (Learner exact = new DjlLearners(1).learner(NETWORK, recipe, WEIGHTS);
                Learner other = new DjlLearners(1).learner(NETWORK, recipe, WEIGHTS)) {
            exact.restore(at(exact.state(), TOO_LARGE));
            assertThat(losses(exact, 0, 2)).isEqualTo(losses(other, 0, 2));
            assertThat(exact.state()).isEqualTo(at(other.state(), TOO_LARGE));
        }
    }
}
