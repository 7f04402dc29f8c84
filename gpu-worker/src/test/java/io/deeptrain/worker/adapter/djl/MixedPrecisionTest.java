package io.deeptrain.worker.adapter.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.event.StoredObject;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.worker.detection.Box;
import io.deeptrain.worker.learning.Optimizer.Momentum;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Labels;
import io.deeptrain.worker.objective.Labels.LabelledBox;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.objective.Targets;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Step;
import io.deeptrain.worker.training.Purpose;
import io.deeptrain.worker.training.TrainingPlan;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A network that learns with bfloat16 or float16 numbers beside one that learns with 32-bit ones. */
class MixedPrecisionTest {
    private static final int CONCEPTS = 4;
    private static final int IMAGES = 8;
    private static final int STEPS = 12;
    private static final double RATE = 0.01;
    private static final Recipe RECIPE =
            new Recipe(new Objective.Classification(Activation.SOFTMAX), new Momentum(0.9, 1e-4), 10);

    /** Each concept's images are a little brighter than those of the one before. */
    private static Batch batch(int size) {
        SplittableRandom random = new SplittableRandom(1);
        ByteBuffer bytes = ByteBuffer.allocateDirect(IMAGES * 3 * size * size);
        FloatBuffer targets = FloatBuffer.allocate(IMAGES * CONCEPTS);
        for (int image = 0; image < IMAGES; image++) {
            int concept = image % CONCEPTS;
            targets.put(image * CONCEPTS + concept, 1);
            for (int n = 0; n < 3 * size * size; n++) {
                bytes.put((byte) (concept * 60 + random.nextInt(60)));
            }
        }
        return new Batch(new Pixels(bytes.flip(), IMAGES, size), targets);
    }

    @ParameterizedTest
    @CsvSource({
        "classification_cifar10_v1, 32, BF16",
        "classification_cifar10_v1, 32, FP16",
        "MMClassification_ResNet_50, 64, BF16",
        "Clarifai_InceptionBatchNorm, 64, BF16",
        "Clarifai_InceptionBatchNorm, 64, FP16",
        "Clarifai_InceptionResnetV2, 75, BF16"
    })
    void a_network_learns_in_mixed_precision_what_it_learns_in_32_bits(String template, int size, Precision precision) {
        Network network = Architectures.ofTemplate(template, CONCEPTS, size).orElseThrow();
        List<Tensor> weights = InitialWeights.of(network, 1, Set.of());
        Batch batch = batch(size);
        try (Learner exact = new DjlLearners(1).learner(network, RECIPE, weights);
                Learner mixed = new DjlLearners(1, precision).learner(network, RECIPE, weights)) {
            float[] answers = exact.answers(batch.pixels()).of(Network.LOGITS);
            assertThat(mixed.answers(batch.pixels()).of(Network.LOGITS))
                    .as("answers have 32 bits")
                    .containsExactly(answers, within(1e-4f * greatest(answers)));

            float first = exact.step(batch, new Step(0, RATE, 0));
            float firstMixed = mixed.step(batch, new Step(0, RATE, 0));
            assertThat(firstMixed).isCloseTo(first, within(0.1f * first)).isNotEqualTo(first);
            float last = first;
            float lastMixed = firstMixed;
            for (int n = 1; n < STEPS; n++) {
                last = exact.step(batch, new Step(n, RATE, 0));
                lastMixed = mixed.step(batch, new Step(n, RATE, 0));
            }
            // After a few steps two trainings are no longer close, but both have learned.
            assertThat(first - last).isGreaterThan(0.1f * first);
            assertThat(first - lastMixed).isGreaterThan((first - last) / 2);
            LearnerState state = mixed.state();
            assertThat(network.fits(state.network())).isTrue();
            assertThat(state.network()).noneMatch(tensor -> hasOnlyShortMantissas(tensor.values()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DeepTrain_SmallDetector", "DeepTrain_AnchorFreeDetector"})
    void a_detector_learns_with_halves(String template) {
        TrainingSpec spec = detector(template);
        TrainingPlan plan = TrainingPlan.of(spec);
        Network network = Purpose.network(spec, plan.imageSize()).orElseThrow();
        List<Tensor> weights = InitialWeights.of(network, 1, Set.of());
        Batch batch = objects(plan.objective().targets(network, plan.imageSize()), plan.imageSize());
        try (Learner exact = new DjlLearners(1).learner(network, plan.recipe(), weights);
                Learner mixed = new DjlLearners(1, Precision.FP16).learner(network, plan.recipe(), weights)) {
            float first = exact.step(batch, new Step(0, RATE, 0));
            assertThat(mixed.step(batch, new Step(0, RATE, 0)))
                    .isCloseTo(first, within(0.1f * first))
                    .isNotEqualTo(first);
            float last = first;
            for (int n = 1; n < STEPS; n++) {
                last = mixed.step(batch, new Step(n, RATE, 0));
            }
            assertThat(last).isFinite().isLessThan(first);
            assertThat(mixed.state().lossScale().skippedSteps()).isLessThan(3);
        }
    }

    private static TrainingSpec detector(String template) {
        return new TrainingSpec(
                "visual-detector",
                template,
                Map.of("image_size", 64L),
                IntStream.range(0, CONCEPTS).mapToObj(Integer::toString).toList(),
                new StoredObject("manifest", "0".repeat(64), 1),
                IMAGES,
                5,
                1,
                42);
    }

    /** The same images, each with one object. */
    private static Batch objects(Targets targets, int size) {
        FloatBuffer wanted = FloatBuffer.allocate(IMAGES * targets.perImage());
        for (int image = 0; image < IMAGES; image++) {
            int concept = image % CONCEPTS;
            LabelledBox box = new LabelledBox(concept, new Box(0.1, 0.2, 0.4 + 0.1 * concept, 0.6));
            targets.write(new Labels(List.of(concept), List.of(box)), wanted, image * targets.perImage());
        }
        return new Batch(batch(size).pixels(), wanted);
    }

    private static float greatest(float[] values) {
        float greatest = 0;
        for (float value : values) {
            greatest = Math.max(greatest, Math.abs(value));
        }
        return greatest;
    }

    /** Parameters are changed in 32 bits: a bfloat16 number would leave the last 16 at zero. */
    private static boolean hasOnlyShortMantissas(float[] values) {
        for (float value : values) {
            if ((Float.floatToRawIntBits(value) & 0xFFFF) != 0) {
                return false;
            }
        }
        return true;
    }
}
