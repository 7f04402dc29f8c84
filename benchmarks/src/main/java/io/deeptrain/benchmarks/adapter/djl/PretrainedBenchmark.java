package io.deeptrain.benchmarks.adapter.djl;

import io.deeptrain.benchmarks.adapter.djl.DigitsArchive.Sample;
import io.deeptrain.cli.images.ImageSet;
import io.deeptrain.cli.images.ImageSets;
import io.deeptrain.cli.images.LabelledImage;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.objects.PretrainedFiles;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Pretraining;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.Ahead;
import io.deeptrain.worker.port.Devices;
import io.deeptrain.worker.port.PretrainedWeights;
import io.deeptrain.worker.training.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * What the bundled weights of Inception-v3 are worth where nobody trained them: a linear head on its embeddings, by the
 * worker's own transfer learning, against the same on random weights. {@code benchmarks/run pretrained [IMAGES]}
 */
public final class PretrainedBenchmark {
    private static final String TEMPLATE = "Clarifai_InceptionTransferEmbedNorm";
    private static final String WEIGHTS = "nsfwjs-4.4.0";
    private static final int IMAGES = 2_000;
    private static final int SIZE = 96;
    private static final long SEED = 42;

    private PretrainedBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        ImageSet set = arguments.length > 0 ? ImageSets.open(Path.of(arguments[0])) : ImageSets.digits();
        List<LabelledImage> images = new ArrayList<>(set.first(IMAGES, 0).training());
        // They come class by class, and every tenth is held out.
        Collections.shuffle(images, new Random(SEED));
        List<String> concepts =
                images.stream().map(LabelledImage::label).distinct().sorted().toList();
        Network network =
                Architectures.ofTemplate(TEMPLATE, concepts.size(), SIZE).orElseThrow();
        List<Tensor> drawn = InitialWeights.of(network, SEED, Set.of());
        List<Tensor> learned =
                PretrainedFiles.bundled().find(WEIGHTS, network.architecture()).orElseThrow();
        if (!(Pretraining.of(network, drawn, learned) instanceof Pretraining.Begun(List<Tensor> state))) {
            throw new IllegalStateException("the weights are not those of " + network.architecture());
        }
        System.out.printf("%s, %,d images of %d pixels, a tenth of them held out%n", set.title(), images.size(), SIZE);
        System.out.printf("measured   %s%n", accuracy(images, concepts, network, state));
        System.out.printf("reference  %s%n", accuracy(images, concepts, network, drawn));
    }

    private static Map<String, Double> accuracy(
            List<LabelledImage> images, List<String> concepts, Network network, List<Tensor> state) throws Exception {
        TrainedModel base = new TrainedModel(
                network.architecture(), concepts, SIZE, new Objective.Classification(Activation.SOFTMAX), state);
        Path scratch = Files.createTempDirectory("deeptrain-benchmark");
        List<TrainerReport> reports = new ArrayList<>();
        TrainingRun.run(
                assignment(images.size(), concepts),
                new TrainingRun.Surroundings(
                        new DigitsArchive(images.stream().map(Sample::of).toList(), base),
                        new DjlLearners(1),
                        System::nanoTime,
                        new Steps(),
                        scratch,
                        PretrainedWeights.NONE,
                        Ahead.NOTHING,
                        Devices.HEALTHY),
                new Uninterrupted(),
                reports::add);
        Files.delete(scratch);
        if (reports.getLast() instanceof TrainerReport.Finished finished) {
            return finished.metrics();
        }
        throw new IllegalStateException("the training failed: " + reports.getLast());
    }

    private static AttemptAssigned assignment(int inputs, List<String> concepts) {
        return Assignments.of(new TrainingSpec(
                "embedding-classifier",
                "",
                TrainingSpec.withBaseModel(Map.of("concepts_mutually_exclusive", true), DigitsArchive.object("base")),
                concepts,
                DigitsArchive.object("manifest"),
                inputs,
                0,
                1,
                SEED));
    }
}
