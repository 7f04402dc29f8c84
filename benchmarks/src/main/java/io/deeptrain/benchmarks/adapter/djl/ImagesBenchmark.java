package io.deeptrain.benchmarks.adapter.djl;

import io.deeptrain.benchmarks.adapter.djl.DigitsArchive.Sample;
import io.deeptrain.benchmarks.measure.Rounds;
import io.deeptrain.cli.images.ImageSets;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.runtime.ThreadsAhead;
import io.deeptrain.worker.port.Ahead;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The worker's own training of {@code classification_cifar10_v1} on the bundled digits, one thread, as a job runs it:
 * images read and augmented, progress reported, a checkpoint taken after the epoch. Beside it DJL's own loop on a batch
 * in memory.
 */
public final class ImagesBenchmark {
    private static final int IMAGES = 720;
    private static final int BATCH_SIZE = 64;
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
        System.out.printf(
                "%,d images of %d pixels, batches of %d, one thread%n", IMAGES, DigitsTraining.IMAGE_SIZE, BATCH_SIZE);
        try (BareLoop bare = new BareLoop(BATCH_SIZE, DigitsTraining.IMAGE_SIZE, DigitsTraining.CONCEPTS);
                ThreadsAhead ahead = new ThreadsAhead(INPUT_THREADS)) {
            DigitsTraining inAdvance = new DigitsTraining(images, BATCH_SIZE, scratch, ahead);
            Rounds beside = Rounds.of(WARM_UPS, ROUNDS, () -> inAdvance.perSecond(learners), () -> barePerSecond(bare));
            System.out.print(beside.report("images"));
            System.out.println("Batches made ahead, and as a reference each when it is needed:");
            DigitsTraining whenNeeded = new DigitsTraining(images, BATCH_SIZE, scratch, Ahead.NOTHING);
            Rounds inTurn = Rounds.of(
                    WARM_UPS, ROUNDS, () -> inAdvance.perSecond(learners), () -> whenNeeded.perSecond(learners));
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
}
