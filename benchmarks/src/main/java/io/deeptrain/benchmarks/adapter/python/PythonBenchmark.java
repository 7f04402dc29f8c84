package io.deeptrain.benchmarks.adapter.python;

import io.deeptrain.benchmarks.measure.Rounds;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.detection.AnchorSettings;
import io.deeptrain.worker.learning.Optimizer;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.TensorSpec;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Step;
import io.deeptrain.worker.training.Purpose;
import io.deeptrain.worker.training.TrainingPlan;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Steps of the worker's learner beside the same network, batch, loss and optimizer in Python, one thread each, in turn.
 * All learn by momentum, as PyTorch for Python has no LAMB. Images and targets lie in memory on both sides.
 */
public final class PythonBenchmark {
    private static final int CONCEPTS = 10;
    private static final int SCENE_CONCEPTS = 3;
    private static final int WARM_UPS = 1;
    private static final int ROUNDS = 5;
    private static final double ROUND_SECONDS = 3;

    /** As often {@code trainer.py} has an object. */
    private static final int OBJECT_EVERY = 97;

    private static final String CLASSIFIER = "visual-classifier";
    private static final String DETECTOR = "visual-detector";

    private record Trial(String modelType, String template, int batchSize, int imageSize) {}

    private static final List<Trial> TRIALS = List.of(
            new Trial(CLASSIFIER, "classification_cifar10_v1", 64, 32),
            new Trial(CLASSIFIER, "Clarifai_InceptionBatchNorm", 16, 96),
            new Trial(CLASSIFIER, "Clarifai_InceptionV2", 16, 96),
            new Trial(CLASSIFIER, "Clarifai_InceptionTransferEmbedNorm", 16, 96),
            new Trial(CLASSIFIER, "Clarifai_InceptionResnetV2", 16, 96),
            new Trial(CLASSIFIER, "Clarifai_ResNext", 16, 96),
            new Trial(CLASSIFIER, "MMClassification_ResNet_50", 16, 96),
            new Trial(DETECTOR, "DeepTrain_SmallDetector", 8, 96),
            new Trial(DETECTOR, "Clarifai_InceptionV2", 4, 128),
            new Trial(DETECTOR, "Clarifai_InceptionV4", 4, 128));

    private PythonBenchmark() {}

    /** The Python interpreter, which has PyTorch; then names of templates: only those. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 0) {
            throw new IllegalArgumentException(
                    "name a Python interpreter that has PyTorch, as in: pytorch /usr/bin/python3");
        }
        List<String> asked = List.of(arguments).subList(1, arguments.length);
        System.out.printf(
                "%-18s %-36s %5s %6s %12s %12s %7s  %s%n",
                "type", "template", "batch", "pixels", "images/s", "Python's", "ratio", "rounds");
        DjlLearners learners = new DjlLearners(1);
        for (Trial trial : TRIALS) {
            if (asked.isEmpty() || asked.contains(trial.template)) {
                run(trial, learners, arguments[0]);
            }
        }
    }

    private static void run(Trial trial, DjlLearners learners, String python) throws Exception {
        TrainingSpec spec = spec(trial);
        TrainingPlan plan = TrainingPlan.of(spec);
        Network network = Purpose.network(spec, trial.imageSize).orElseThrow();
        Objective objective = plan.objective();
        Recipe recipe = new Recipe(objective, new Optimizer.Momentum(0.9, 1e-4), 10);
        List<Integer> sizes = List.of(
                trial.batchSize,
                trial.imageSize,
                spec.concepts().size(),
                objective instanceof Objective.ObjectDetection(AnchorSettings settings)
                        ? settings.anchorsPerPixel()
                        : 0);
        try (Learner learner = learners.learner(network, recipe, InitialWeights.of(network, 42, Set.of()));
                PythonTrainer reference = new PythonTrainer(python, PythonModule.of(network), sizes)) {
            requireSameSize(network, reference);
            Batch batch = batch(
                    trial,
                    objective.targets(network, trial.imageSize).perImage(),
                    spec.concepts().size());
            // The first step is slower than all others.
            reference.secondsOf(1);
            int steps = Math.max(1, (int) (ROUND_SECONDS / reference.secondsOf(1)));
            Rounds rounds = Rounds.of(
                    WARM_UPS,
                    ROUNDS,
                    () -> steps * trial.batchSize / secondsOf(steps, learner, batch),
                    () -> steps * trial.batchSize / reference.secondsOf(steps));
            System.out.printf(
                    "%-18s %-36s %5d %6d %12.1f %12.1f %7.3f  %d of %d steps, PyTorch %s%n",
                    trial.modelType,
                    trial.template,
                    trial.batchSize,
                    trial.imageSize,
                    Rounds.median(rounds.measuredPerSecond()),
                    Rounds.median(rounds.referencePerSecond()),
                    Rounds.median(rounds.ratios()),
                    ROUNDS,
                    steps,
                    reference.version());
        }
    }

    private static void requireSameSize(Network network, PythonTrainer reference) {
        long parameters =
                network.parameters().stream().mapToLong(TensorSpec::size).sum();
        if (!reference.version().endsWith(" " + parameters)) {
            throw new IllegalStateException("%s has %d parameters, but in Python: %s"
                    .formatted(network.architecture(), parameters, reference.version()));
        }
    }

    private static double secondsOf(int steps, Learner learner, Batch batch) {
        long begin = System.nanoTime();
        for (int step = 0; step < steps; step++) {
            learner.step(batch, new Step(step, 1e-4, step));
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    private static Batch batch(Trial trial, int targetsOfImage, int concepts) {
        byte[] bytes = new byte[trial.batchSize * 3 * trial.imageSize * trial.imageSize];
        new Random(42).nextBytes(bytes);
        ByteBuffer pixels = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
        pixels.put(bytes).rewind();
        int numbers = trial.batchSize * targetsOfImage;
        FloatBuffer targets = ByteBuffer.allocateDirect(numbers * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        if (trial.modelType.equals(DETECTOR)) {
            int perAnchor = 5;
            for (int anchor = 0; anchor < numbers / perAnchor; anchor += OBJECT_EVERY) {
                targets.put(anchor * perAnchor, 1);
            }
        } else {
            for (int image = 0; image < trial.batchSize; image++) {
                targets.put(image * targetsOfImage + image % concepts, 1);
            }
        }
        return new Batch(new Pixels(pixels, trial.batchSize, trial.imageSize), targets);
    }

    private static TrainingSpec spec(Trial trial) {
        int concepts = trial.modelType.equals(DETECTOR) ? SCENE_CONCEPTS : CONCEPTS;
        return new TrainingSpec(
                trial.modelType,
                trial.template,
                Map.of("num_epochs", 1L, "batch_size", (long) trial.batchSize, "image_size", (long) trial.imageSize),
                IntStream.range(0, concepts).mapToObj(Integer::toString).toList(),
                new StoredObject("manifest", "ab".repeat(32), 0),
                trial.batchSize,
                5,
                1,
                42);
    }
}
