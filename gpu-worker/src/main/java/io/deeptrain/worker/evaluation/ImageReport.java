package io.deeptrain.worker.evaluation;

import io.deeptrain.event.ManifestEntry.Split;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The report of a model that says something of an image as a whole.
 *
 * @param split which images it was measured on: those it learned from only if there were no others
 * @param accuracy the share of images whose highest concept is one that they show
 * @param confusion for each concept that images show, in the order of {@code concepts}, how often each was the highest
 * @param scores what was said of the first images, as many as {@link Evaluator#scoresMax} allows
 * @param measures by name, what is measured of a model that does other things than tell concepts apart; accuracy and
 *     concepts then say nothing
 */
public record ImageReport(
        Split split,
        int images,
        double accuracy,
        List<ConceptScore> concepts,
        List<List<Long>> confusion,
        List<ImageScores> scores,
        Map<String, Double> measures)
        implements EvaluationReport {
    public ImageReport {
        concepts = List.copyOf(concepts);
        confusion = confusion.stream().map(List::copyOf).toList();
        scores = List.copyOf(scores);
        measures = Collections.unmodifiableMap(new TreeMap<>(measures));
    }

    /** Of a model that tells concepts apart. */
    public ImageReport(
            Split split,
            int images,
            double accuracy,
            List<ConceptScore> concepts,
            List<List<Long>> confusion,
            List<ImageScores> scores) {
        this(split, images, accuracy, concepts, confusion, scores, Map.of());
    }

    /** Of a model that does something else. */
    static ImageReport measured(Split split, int images, Map<String, Double> measures) {
        return new ImageReport(split, images, 0, List.of(), List.of(), List.of(), measures);
    }

    /**
     * What the model said of one image.
     *
     * @param shown positions of the concepts that the image shows, ascending
     * @param values for each concept, in the order of the report's concepts
     */
    public record ImageScores(String inputId, List<Integer> shown, List<Float> values) {
        public ImageScores {
            shown = List.copyOf(shown);
            values = List.copyOf(values);
        }
    }

    /**
     * How well one concept is told.
     *
     * @param precision of the images said to show it, the share that do; 0 if none was said to
     * @param recall of the images that show it, the share said to; 0 if none does
     */
    public record ConceptScore(
            String concept,
            long truePositives,
            long falsePositives,
            long falseNegatives,
            double precision,
            double recall,
            double f1) {
        static ConceptScore of(String concept, long truePositives, long falsePositives, long falseNegatives) {
            return new ConceptScore(
                    concept,
                    truePositives,
                    falsePositives,
                    falseNegatives,
                    share(truePositives, truePositives + falsePositives),
                    share(truePositives, truePositives + falseNegatives),
                    share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives));
        }
    }

    static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    /** The mean over concepts that the images show. */
    public double macroF1() {
        return concepts.stream()
                .filter(score -> score.truePositives() + score.falseNegatives() > 0)
                .mapToDouble(ConceptScore::f1)
                .average()
                .orElse(0);
    }

    /** The mean F1 of the concepts; of an embedder how often an image's nearest neighbour shows what it shows. */
    @Override
    public double score() {
        return measures.isEmpty() ? macroF1() : measures.getOrDefault(Neighbours.NEAREST, 0.0);
    }

    /** By name, as in {@code test_accuracy}. */
    @Override
    public Map<String, Double> metrics() {
        String prefix = split.name().toLowerCase(Locale.ROOT) + "_";
        Map<String, Double> named = measures.isEmpty() ? Map.of("accuracy", accuracy, "f1", macroF1()) : measures;
        Map<String, Double> metrics = new TreeMap<>();
        named.forEach((name, value) -> metrics.put(prefix + name, value));
        return metrics;
    }
}
