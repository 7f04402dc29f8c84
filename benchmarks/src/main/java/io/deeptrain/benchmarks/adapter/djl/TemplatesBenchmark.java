package io.deeptrain.benchmarks.adapter.djl;

import io.deeptrain.benchmarks.adapter.djl.DigitsArchive.Sample;
import io.deeptrain.cli.images.ImageSets;
import io.deeptrain.cli.images.LabelledImage;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Failed;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.port.Ahead;
import io.deeptrain.worker.port.Devices;
import io.deeptrain.worker.port.PretrainedWeights;
import io.deeptrain.worker.training.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * What each template learns of real images from random weights, in a training short enough for two cores: classifiers
 * and embedders of the bundled handwritten digits, detectors of scenes with such digits. A tenth is held out. Beside
 * the result stands what guessing would be worth.
 */
public final class TemplatesBenchmark {
    private static final int DIGITS = 1_500;
    private static final int SCENES = 600;
    private static final int SCENE_CONCEPTS = 3;
    private static final int THREADS = 1;
    private static final long ORDER_SEED = 7;
    private static final String CLASSIFIER = "visual-classifier";
    private static final String EMBEDDER = "visual-embedder";
    private static final String DETECTOR = "visual-detector";

    /** A template, how it is trained here, and the metric that tells what it has learned. */
    private record Trial(String modelType, String template, Map<String, Object> params, String metric, double chance) {
        String name() {
            return modelType + "/" + template;
        }
    }

    private static final List<Trial> TRIALS = List.of(
            classifier("classification_cifar10_v1", 6, Map.of()),
            classifier("Clarifai_InceptionBatchNorm", 4, stepped()),
            classifier("Clarifai_InceptionV2", 4, stepped()),
            classifier("Clarifai_ResNext", 4, stepped()),
            classifier(
                    "Clarifai_InceptionTransferEmbedNorm", 4, Map.of("lrate", 0.02, "average_horizontal_flips", false)),
            classifier("Clarifai_InceptionResnetV2", 4, stepped()),
            // Without its recipe, then with it: so few images and epochs are not what that is for.
            classifier("MMClassification_ResNet_50_RSB_A1", 6, plain(unflipped(0.0002))),
            classifier("MMClassification_ResNet_50_RSB_A1", 6, unflipped(0.0002)),
            classifier("MMClassification_ResNet_50", 4, unflipped(0.0004)),
            embedder("Clarifai_ResNet_AngularMargin", Map.of("angular_scale", 16L, "angular_margin", 0.2)),
            embedder("Clarifai_InceptionBatchNorm", Map.of()),
            embedder("Clarifai_ResNext", Map.of()),
            detector("DeepTrain_SmallDetector", 12),
            detector("DeepTrain_AnchorFreeDetector", 12),
            detector("Clarifai_InceptionV2", 12),
            detector("Clarifai_InceptionV4", 12));

    private TemplatesBenchmark() {}

    /** Names of templates as arguments, alone or as {@code visual-detector/Clarifai_InceptionV2}: only those. */
    public static void main(String[] arguments) throws Exception {
        List<String> asked = List.of(arguments);
        System.out.printf(
                "%,d digits (10 concepts) of 32 pixels; %,d scenes (%d concepts) of %d pixels; %d threads%n",
                DIGITS, SCENES, SCENE_CONCEPTS, DigitScenes.SIZE, THREADS);
        System.out.printf(
                "%-16s %-36s %7s %9s  %-18s %7s %7s%n",
                "type", "template", "epochs", "images/s", "metric", "result", "chance");
        List<Sample> digits = digits();
        List<Sample> scenes = scenes();
        DjlLearners learners = new DjlLearners(THREADS);
        for (Trial trial : TRIALS) {
            if (asked.isEmpty() || asked.contains(trial.template) || asked.contains(trial.name())) {
                run(trial, trial.modelType.equals(DETECTOR) ? scenes : digits, learners);
            }
        }
    }

    private static void run(Trial trial, List<Sample> samples, DjlLearners learners) throws IOException {
        Path scratch = Files.createTempDirectory("deeptrain-benchmark");
        Steps steps = new Steps();
        List<TrainerReport> reports = new ArrayList<>();
        try {
            TrainingRun.run(
                    assignment(trial, samples.size()),
                    new TrainingRun.Surroundings(
                            new DigitsArchive(samples),
                            learners,
                            System::nanoTime,
                            steps,
                            scratch,
                            PretrainedWeights.NONE,
                            Ahead.NOTHING,
                            Devices.HEALTHY),
                    new Uninterrupted(),
                    reports::add);
        } finally {
            Files.deleteIfExists(scratch);
        }
        double result = switch (reports.getLast()) {
            case Finished finished -> finished.metrics().getOrDefault(trial.metric, Double.NaN);
            case Failed failed -> throw new IllegalStateException("the training failed: " + failed);
            case TrainerReport other -> throw new IllegalStateException("the training did not end: " + other);
        };
        System.out.printf(
                "%-16s %-36s %7s %9.1f  %-18s %7.3f %7.3f%n",
                trial.modelType,
                trial.template,
                trial.params.get("num_epochs"),
                steps.perSecond(),
                trial.metric,
                result,
                trial.chance);
    }

    private static AttemptAssigned assignment(Trial trial, int inputs) {
        int concepts = trial.modelType.equals(DETECTOR) ? SCENE_CONCEPTS : 10;
        return Assignments.of(new TrainingSpec(
                trial.modelType,
                trial.template,
                trial.params,
                Assignments.concepts(concepts),
                DigitsArchive.object("manifest"),
                inputs,
                5,
                1,
                42));
    }

    private static Trial classifier(String template, int epochs, Map<String, Object> more) {
        return new Trial(CLASSIFIER, template, params(epochs, 32, 32, more), "test_accuracy", 0.1);
    }

    private static Trial embedder(String template, Map<String, Object> more) {
        Map<String, Object> params = new TreeMap<>(stepped());
        params.putAll(more);
        return new Trial(EMBEDDER, template, params(4, 32, 32, params), "test_recall_at_1", 0.1);
    }

    private static Trial detector(String template, int epochs) {
        return new Trial(
                DETECTOR,
                template,
                params(epochs, 8, DigitScenes.SIZE, Map.of("per_item_lrate", 0.00125)),
                "test_map50",
                0);
    }

    private static Map<String, Object> unflipped(double perItemRate) {
        return Map.of("per_item_lrate", perItemRate, "flip_probability", 0.0, "pretrained_weights", "None");
    }

    /** Without what a recipe for long trainings does to images, batches, labels and the network. */
    private static Map<String, Object> plain(Map<String, Object> params) {
        Map<String, Object> plain = new TreeMap<>(params);
        for (String name : List.of("mixup_alpha", "cutmix_alpha", "label_smoothing", "drop_path_rate")) {
            plain.put(name, 0.0);
        }
        plain.putAll(Map.of("crop_area_min", 1.0, "randaugment_magnitude", 0.0, "repeated_augmentation", 1L));
        return plain;
    }

    private static Map<String, Object> stepped() {
        return Map.of("init_epochs", 3L, "step_epochs", 1L, "per_item_lrate", 0.0006);
    }

    private static Map<String, Object> params(int epochs, int batchSize, int imageSize, Map<String, Object> more) {
        Map<String, Object> params = new TreeMap<>(more);
        params.put("num_epochs", (long) epochs);
        params.put("batch_size", (long) batchSize);
        params.put("image_size", (long) imageSize);
        return params;
    }

    /** In an order of their own: as they come, every tenth shows the same digit. */
    private static List<Sample> digits() throws IOException {
        List<Sample> digits = new ArrayList<>(ImageSets.digits().first(DIGITS, 0).training().stream()
                .map(Sample::of)
                .toList());
        Collections.shuffle(digits, new Random(ORDER_SEED));
        return digits;
    }

    private static List<Sample> scenes() throws IOException {
        List<LabelledImage> few = ImageSets.digits().training().stream()
                .filter(digit -> Integer.parseInt(digit.label()) < SCENE_CONCEPTS)
                .toList();
        return new DigitScenes(few, 7).draw(SCENES);
    }
}
