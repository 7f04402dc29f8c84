package io.deeptrain.api.evaluation;

import io.deeptrain.event.ManifestEntry.Split;
import java.util.List;

/**
 * What a worker found at the end of a training.
 *
 * @param split which images it looked at: those that were trained on only if there were no others
 * @param confusion for each concept that images show, in the order of {@code concepts}, how often each was the highest
 * @param scores what was said of the first images, as many as the worker keeps
 * @param subject what was told rightly or wrongly
 */
public record Report(
        Split split,
        long images,
        List<Counts> concepts,
        List<List<Long>> confusion,
        List<ImageScores> scores,
        Subject subject) {
    /** What the counts are of. */
    public sealed interface Subject {
        /** Each image as a whole. */
        record Images() implements Subject {}

        /**
         * Objects in images, as a detector finds them. It takes no object for another, so that its confusion is all 0.
         *
         * @param meanAveragePrecision50 where an intersection over union of one half is a find
         * @param meanAveragePrecision averaged over ten such thresholds from 0.50 to 0.95
         * @param averagePrecisions50 of each concept, in the order of the report's
         * @param seen what was shown in the first images, as many as the worker keeps
         */
        record Objects(
                double meanAveragePrecision50,
                double meanAveragePrecision,
                List<Double> averagePrecisions50,
                List<SeenImage> seen)
                implements Subject {
            public Objects {
                averagePrecisions50 = List.copyOf(averagePrecisions50);
                seen = List.copyOf(seen);
            }
        }
    }

    /** Of a classifier. */
    public Report(
            Split split, long images, List<Counts> concepts, List<List<Long>> confusion, List<ImageScores> scores) {
        this(split, images, concepts, confusion, scores, new Subject.Images());
    }

    public Report {
        concepts = List.copyOf(concepts);
        confusion = confusion.stream().map(List::copyOf).toList();
        scores = List.copyOf(scores);
        int size = concepts.size();
        if (confusion.size() != size || confusion.stream().anyMatch(row -> row.size() != size)) {
            throw new IllegalArgumentException("the confusion of %d concepts is not square".formatted(size));
        }
        if (subject instanceof Subject.Objects objects) {
            requireConcepts(objects.seen(), size);
        }
        for (ImageScores score : scores) {
            if (score.values().size() != size
                    || score.shown().stream().anyMatch(position -> position < 0 || position >= size)) {
                throw new IllegalArgumentException(
                        "the scores of %s are not those of %d concepts".formatted(score.inputId(), size));
            }
        }
    }

    private static void requireConcepts(List<SeenImage> seen, int concepts) {
        for (SeenImage image : seen) {
            if (!image.isOf(concepts)) {
                throw new IllegalArgumentException(
                        "what is seen in %s is not of %d concepts".formatted(image.inputId(), concepts));
            }
        }
    }

    /** How often one concept was told rightly and wrongly. */
    public record Counts(
            String concept,
            long truePositives,
            long falsePositives,
            long falseNegatives,
            double precision,
            double recall,
            double f1) {
        /** How many images, or objects, show the concept. */
        public long shown() {
            return truePositives + falseNegatives;
        }
    }

    /**
     * What the model said of one image.
     *
     * @param shown positions of the concepts that the image shows
     * @param values for each concept, in the order of the report's concepts
     */
    public record ImageScores(String inputId, List<Integer> shown, List<Double> values) {
        public ImageScores {
            shown = List.copyOf(shown);
            values = List.copyOf(values);
        }

        /** Position of the highest value, the first of equal ones. */
        public int highest() {
            int highest = 0;
            for (int position = 1; position < values.size(); position++) {
                if (values.get(position) > values.get(highest)) {
                    highest = position;
                }
            }
            return highest;
        }
    }
}
