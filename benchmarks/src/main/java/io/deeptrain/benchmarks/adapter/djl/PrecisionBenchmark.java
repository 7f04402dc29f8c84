package io.deeptrain.benchmarks.adapter.djl;

import io.deeptrain.benchmarks.measure.Rounds;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.learning.Optimizer.Momentum;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Step;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Steps of learning in mixed precision, and as a reference in 32 bits, on one thread. */
public final class PrecisionBenchmark {
    private static final int CONCEPTS = 10;
    private static final int WARM_UPS = 1;
    private static final int ROUNDS = 5;
    private static final int STEPS = 3;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Recipe RECIPE =
            new Recipe(new Objective.Classification(Activation.SOFTMAX), new Momentum(0.9, 1e-4), 10);

    private static final List<Trial> TRIALS = List.of(
            new Trial("classification_cifar10_v1", 32, 64),
            new Trial("MMClassification_ResNet_50", 224, 8),
            new Trial("Clarifai_InceptionTransferEmbedNorm", 299, 8));

    private record Trial(String template, int imageSize, int images) {}

    private PrecisionBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        for (Trial trial : TRIALS) {
            System.out.printf(
                    "%s, batches of %d images of %d pixels:%n", trial.template, trial.images, trial.imageSize);
            Network network = Architectures.ofTemplate(trial.template, CONCEPTS, trial.imageSize)
                    .orElseThrow();
            Batch batch = batch(trial);
            try (Learner mixed = learner(network, Precision.BF16);
                    Learner exact = learner(network, Precision.FP32)) {
                System.out.print(Rounds.of(
                                WARM_UPS,
                                ROUNDS,
                                () -> imagesPerSecond(mixed, batch),
                                () -> imagesPerSecond(exact, batch))
                        .report("images"));
            }
        }
    }

    private static Learner learner(Network network, Precision precision) {
        return new DjlLearners(1, precision).learner(network, RECIPE, InitialWeights.of(network, 1, Set.of()));
    }

    private static double imagesPerSecond(Learner learner, Batch batch) {
        long begin = System.nanoTime();
        for (int step = 0; step < STEPS; step++) {
            learner.step(batch, new Step(step, 0.001, 0));
        }
        return STEPS * batch.pixels().images() * NANOS_PER_SECOND / (System.nanoTime() - begin);
    }

    private static Batch batch(Trial trial) {
        byte[] pixels = new byte[trial.images * 3 * trial.imageSize * trial.imageSize];
        new SplittableRandom(1).nextBytes(pixels);
        FloatBuffer targets = FloatBuffer.allocate(trial.images * CONCEPTS);
        for (int image = 0; image < trial.images; image++) {
            targets.put(image * CONCEPTS + image % CONCEPTS, 1);
        }
        ByteBuffer bytes = ByteBuffer.allocateDirect(pixels.length).put(pixels).flip();
        return new Batch(new Pixels(bytes, trial.images, trial.imageSize), targets);
    }
}
