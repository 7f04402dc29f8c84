package io.deeptrain.benchmarks.adapter.djl;

import io.deeptrain.benchmarks.adapter.djl.DigitsArchive.Sample;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.port.Ahead;
import io.deeptrain.worker.port.Devices;
import io.deeptrain.worker.port.Films;
import io.deeptrain.worker.port.Gangs;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.PretrainedWeights;
import io.deeptrain.worker.training.TrainingRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One epoch of {@code classification_cifar10_v1} by the worker's own training. */
record DigitsTraining(List<Sample> images, int batchSize, Path scratch, Ahead ahead) {
    static final int IMAGE_SIZE = 32;
    static final int CONCEPTS = 10;

    /** Images a second, from the beginning of the first step to the end of the last. */
    double perSecond(Learners learners) {
        return perSecond(learners, Gangs.NONE, 1);
    }

    /** The same, with the images of each batch shared by so many processes. */
    double perSecond(Learners learners, Gangs gangs, int gpus) {
        Steps steps = new Steps();
        TrainingRun.run(
                assignment(gpus),
                new TrainingRun.Surroundings(
                        new DigitsArchive(images),
                        learners,
                        gangs,
                        System::nanoTime,
                        steps,
                        scratch,
                        PretrainedWeights.NONE,
                        ahead,
                        Devices.HEALTHY,
                        Films.NONE),
                new Uninterrupted(),
                DigitsTraining::requireWell);
        return steps.perSecond();
    }

    private AttemptAssigned assignment(int gpus) {
        return Assignments.of(new TrainingSpec(
                "visual-classifier",
                "classification_cifar10_v1",
                Map.of("num_epochs", 1L, "batch_size", (long) batchSize, "image_size", (long) IMAGE_SIZE),
                Assignments.concepts(CONCEPTS),
                DigitsArchive.object("manifest"),
                images.size(),
                5,
                gpus,
                42));
    }

    private static void requireWell(TrainerReport report) {
        if (report instanceof TrainerReport.Failed failed) {
            throw new IllegalStateException("the training failed: " + failed);
        }
    }
}
