package io.deeptrain.benchmarks.adapter.djl;

import io.deeptrain.benchmarks.adapter.djl.DigitsArchive.Sample;
import io.deeptrain.benchmarks.measure.Rounds;
import io.deeptrain.cli.images.ImageSets;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.event.WorkerId;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.runtime.ThreadsAhead;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.port.Ahead;
import io.deeptrain.worker.port.Devices;
import io.deeptrain.worker.port.PretrainedWeights;
import io.deeptrain.worker.training.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The worker's own training of {@code classification_cifar10_v1} on the bundled digits, one thread, as a job runs it:
 * images read and augmented, progress reported, a checkpoint taken after the epoch. Beside it DJL's own loop on a batch
 * in memory.
 */
public final class ImagesBenchmark {
    private static final int IMAGES = 720;
    private static final int BATCH_SIZE = 64;
    private static final int IMAGE_SIZE = 32;
    private static final int CONCEPTS = 10;
    private static final int REFERENCE_STEPS = 10;
    private static final int INPUT_THREADS = 2;
    private static final int WARM_UPS = 1;
    private static final int ROUNDS = 5;
    private static final double NANOS_PER_SECOND = 1e9;

    private ImagesBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        DjlLearners learners = new DjlLearners(1);
        List<Sample> images = ImageSets.digits().first(IMAGES, 0).training().stream()
                .map(Sample::of)
                .toList();
        Path scratch = Files.createTempDirectory("deeptrain-benchmark");
        System.out.printf("%,d images of %d pixels, batches of %d, one thread%n", IMAGES, IMAGE_SIZE, BATCH_SIZE);
        try (BareLoop bare = new BareLoop(BATCH_SIZE, IMAGE_SIZE, CONCEPTS);
                ThreadsAhead ahead = new ThreadsAhead(INPUT_THREADS)) {
            Rounds beside = Rounds.of(
                    WARM_UPS,
                    ROUNDS,
                    () -> workerPerSecond(learners, images, scratch, ahead),
                    () -> barePerSecond(bare));
            System.out.print(beside.report("images"));
            System.out.println("Batches made ahead, and as a reference each when it is needed:");
            Rounds inTurn = Rounds.of(
                    WARM_UPS,
                    ROUNDS,
                    () -> workerPerSecond(learners, images, scratch, ahead),
                    () -> workerPerSecond(learners, images, scratch, Ahead.NOTHING));
            System.out.print(inTurn.report("images"));
        } finally {
            Files.deleteIfExists(scratch);
        }
    }

    private static double barePerSecond(BareLoop bare) {
        long begin = System.nanoTime();
        for (int step = 0; step < REFERENCE_STEPS; step++) {
            bare.step();
        }
        return REFERENCE_STEPS * bare.batchSize() * NANOS_PER_SECOND / (System.nanoTime() - begin);
    }

    /** One epoch, from the beginning of the first step to the end of the last. */
    private static double workerPerSecond(DjlLearners learners, List<Sample> images, Path scratch, Ahead ahead) {
        Steps steps = new Steps();
        TrainingRun.run(
                assignment(images.size()),
                new TrainingRun.Surroundings(
                        new DigitsArchive(images),
                        learners,
                        System::nanoTime,
                        steps,
                        scratch,
                        PretrainedWeights.NONE,
                        ahead,
                        Devices.HEALTHY),
                new Uninterrupted(),
                ImagesBenchmark::requireWell);
        return steps.perSecond();
    }

    private static AttemptAssigned assignment(int inputs) {
        StoredObject manifest = DigitsArchive.object("manifest");
        return new AttemptAssigned(
                new JobId("job"),
                new FencingToken(1),
                new WorkerId("worker"),
                new IncarnationId("one"),
                new Tenant("me", "app"),
                new TrainingSpec(
                        "visual-classifier",
                        "classification_cifar10_v1",
                        Map.of("num_epochs", 1L, "batch_size", (long) BATCH_SIZE, "image_size", (long) IMAGE_SIZE),
                        IntStream.range(0, CONCEPTS).mapToObj(Integer::toString).toList(),
                        manifest,
                        inputs,
                        5,
                        1,
                        42),
                new Origin.Scratch());
    }

    private static void requireWell(TrainerReport report) {
        if (report instanceof TrainerReport.Failed failed) {
            throw new IllegalStateException("the training failed: " + failed);
        }
    }
}
