package io.deeptrain.worker.adapter.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.deeptrain.worker.learning.Optimizer.Momentum;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.ResidualNetwork;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Step;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * How many images ResNet-20 learns from in a second of processor time, on one thread: the worker's learner beside the
 * loop that DJL's own documentation shows (blocks, loss, trainer). Both in turn, several rounds. On an idle machine it
 * is the time on the clock as well.
 *
 * <pre>
 * ./mvnw -pl gpu-worker -am test-compile exec:java -Dexec.classpathScope=test \
 *     -Dexec.mainClass=io.deeptrain.worker.adapter.djl.TrainingSpeed
 * </pre>
 */
public final class TrainingSpeed {
    private static final int CONCEPTS = 10;
    private static final int SIZE = 32;
    private static final int BATCH = 64;
    private static final int ROUNDS = 4;
    private static final int WARM_UP = 3;
    private static final int STEPS = 20;
    private static final float RATE = 0.05f;
    private static final float MOMENTUM = 0.9f;
    private static final float WEIGHT_DECAY = 5e-4f;
    private static final Network NETWORK = ResidualNetwork.cifar(3, CONCEPTS);

    private static final Recipe RECIPE =
            new Recipe(new Objective.Classification(Activation.SOFTMAX), new Momentum(MOMENTUM, WEIGHT_DECAY), 10);

    private TrainingSpeed() {}

    /** Prints a line for each round. */
    public static void main(String[] arguments) {
        DjlLearners learners = new DjlLearners(1);
        Batch batch = batch();
        for (int round = 1; round <= ROUNDS; round++) {
            double ours = worker(learners, batch);
            double bare = bareLoop(batch);
            System.out.printf(
                    Locale.ROOT,
                    "round %d: worker %.1f images/s, bare DJL loop %.1f images/s, ratio %.2f%n",
                    round,
                    ours,
                    bare,
                    ours / bare);
        }
    }

    private static Batch batch() {
        SplittableRandom random = new SplittableRandom(1);
        ByteBuffer bytes = ByteBuffer.allocateDirect(BATCH * 3 * SIZE * SIZE);
        while (bytes.hasRemaining()) {
            bytes.put((byte) random.nextInt());
        }
        FloatBuffer targets = FloatBuffer.allocate(BATCH * CONCEPTS);
        for (int image = 0; image < BATCH; image++) {
            targets.put(image * CONCEPTS + image % CONCEPTS, 1);
        }
        return new Batch(new Pixels(bytes.flip(), BATCH, SIZE), targets);
    }

    private static double worker(DjlLearners learners, Batch batch) {
        try (Learner learner = learners.learner(NETWORK, RECIPE, InitialWeights.of(NETWORK, 1, Set.of()))) {
            return imagesPerSecond(() -> learner.step(batch, new Step(0, RATE, 0)));
        }
    }

    private static double bareLoop(Batch batch) {
        SoftmaxCrossEntropyLoss loss = new SoftmaxCrossEntropyLoss("loss", 1, -1, false, true);
        try (Model model = Model.newInstance("reference", DjlLearners.ENGINE)) {
            model.setBlock(new BlockNetwork(NETWORK)
                    .initialized(model.getNDManager(), InitialWeights.of(NETWORK, 1, Set.of())));
            Optimizer optimizer = Optimizer.sgd()
                    .setLearningRateTracker(Tracker.fixed(RATE))
                    .optMomentum(MOMENTUM)
                    .optWeightDecays(WEIGHT_DECAY)
                    .build();
            try (Trainer trainer = model.newTrainer(
                    new DefaultTrainingConfig(loss).optOptimizer(optimizer).optDevices(new Device[] {Device.cpu()}))) {
                return imagesPerSecond(() -> {
                    try (NDManager step = trainer.getManager().newSubManager()) {
                        NDArray images = step.create(
                                        batch.pixels().bytes().duplicate(),
                                        new Shape(BATCH, 3, SIZE, SIZE),
                                        DataType.UINT8)
                                .toType(DataType.FLOAT32, false)
                                .sub(125)
                                .div(63);
                        NDArray targets = step.create(batch.targets().duplicate(), new Shape(BATCH, CONCEPTS));
                        try (GradientCollector collector = trainer.newGradientCollector()) {
                            NDArray value = loss.evaluate(new NDList(targets), trainer.forward(new NDList(images)));
                            collector.backward(value);
                        }
                        trainer.step();
                    }
                });
            }
        }
    }

    private static double imagesPerSecond(Runnable step) {
        for (int n = 0; n < WARM_UP; n++) {
            step.run();
        }
        long begun = processorNanos();
        for (int n = 0; n < STEPS; n++) {
            step.run();
        }
        return STEPS * BATCH / ((processorNanos() - begun) / 1e9);
    }

    private static long processorNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }
}
