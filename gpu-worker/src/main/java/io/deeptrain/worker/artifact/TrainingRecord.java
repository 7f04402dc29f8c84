package io.deeptrain.worker.artifact;

import io.deeptrain.event.Completion;
import io.deeptrain.event.TrainingSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a model came to be: with the data, enough to train it again.
 *
 * @param trainingImages images that it learned from
 * @param testImages images that it was measured on, 0 if there were none apart
 * @param unreadable inputs that were left out
 * @param imagesOfConcepts training images that show each of the specification's concepts, in their order
 * @param imagesOfNone training images that show none of them
 * @param steps that were taken, of {@code stepsPlanned}
 * @param modelStep after which the state was the one that is published: the last, or that of the best measured
 * @param metrics of the end, by name
 * @param unread inputs that nobody looked at, as the training was to finish before
 */
public record TrainingRecord(
        TrainingSpec spec,
        int trainingImages,
        int testImages,
        int unreadable,
        List<Integer> imagesOfConcepts,
        int imagesOfNone,
        long steps,
        long stepsPlanned,
        long modelStep,
        Completion completion,
        Map<String, Double> metrics,
        int unread) {
    public TrainingRecord {
        imagesOfConcepts = List.copyOf(imagesOfConcepts);
        metrics = new TreeMap<>(metrics);
        if (imagesOfConcepts.size() != spec.concepts().size()) {
            throw new IllegalArgumentException("%d counts of images for %d concepts"
                    .formatted(imagesOfConcepts.size(), spec.concepts().size()));
        }
    }

    /** Of a training that has read all of its inputs, and whose newest state is published. */
    public TrainingRecord(
            TrainingSpec spec,
            int trainingImages,
            int testImages,
            int unreadable,
            List<Integer> imagesOfConcepts,
            int imagesOfNone,
            long steps,
            long stepsPlanned,
            Completion completion,
            Map<String, Double> metrics) {
        this(
                spec,
                trainingImages,
                testImages,
                unreadable,
                imagesOfConcepts,
                imagesOfNone,
                steps,
                stepsPlanned,
                steps,
                completion,
                metrics,
                0);
    }
}
