package io.deeptrain.api.evaluation;

import io.deeptrain.api.evaluation.Ranking.Scored;
import io.deeptrain.api.evaluation.Report.Counts;
import io.deeptrain.api.evaluation.Report.ImageScores;
import io.deeptrain.api.evaluation.Report.Subject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/** All that a report says. */
public record Evaluation(Report report, List<ConceptMetrics> concepts, Summary summary) {
    public Evaluation {
        concepts = List.copyOf(concepts);
    }

    /**
     * One concept against all others.
     *
     * @param ranking of the images that the report has scores of
     */
    public record ConceptMetrics(Counts counts, Ranking ranking) {}

    /**
     * Means, and standard deviations, over the concepts that images show. What cannot be said is 0.
     *
     * @param rocAuc over those concepts that some image shows and some does not
     * @param meanAveragePrecision50 of a detector, where an intersection over union of one half is a find
     * @param meanAveragePrecision of a detector, averaged over ten such thresholds from 0.50 to 0.95
     */
    public record Summary(
            double precision,
            double recall,
            double f1,
            double f1Deviation,
            double rocAuc,
            double rocAucDeviation,
            double meanAveragePrecision50,
            double meanAveragePrecision) {}

    public static Evaluation of(Report report) {
        List<ConceptMetrics> concepts = new ArrayList<>();
        for (int position = 0; position < report.concepts().size(); position++) {
            concepts.add(new ConceptMetrics(report.concepts().get(position), ranking(report, position)));
        }
        return new Evaluation(report, concepts, summary(concepts, report.subject()));
    }

    private static Ranking ranking(Report report, int position) {
        return Ranking.of(report.scores().stream()
                .map(score ->
                        new Scored(score.values().get(position), score.shown().contains(position)))
                .toList());
    }

    private static Summary summary(List<ConceptMetrics> concepts, Subject subject) {
        List<Counts> shown = concepts.stream()
                .map(ConceptMetrics::counts)
                .filter(counts -> counts.shown() > 0)
                .toList();
        List<Double> f1 = shown.stream().map(Counts::f1).toList();
        List<Double> rocAuc = concepts.stream()
                .map(concept -> concept.ranking().rocAuc())
                .filter(OptionalDouble::isPresent)
                .map(OptionalDouble::getAsDouble)
                .toList();
        return new Summary(
                mean(shown.stream().map(Counts::precision).toList()),
                mean(shown.stream().map(Counts::recall).toList()),
                mean(f1),
                deviation(f1),
                mean(rocAuc),
                deviation(rocAuc),
                subject instanceof Subject.Objects found ? found.meanAveragePrecision50() : 0,
                subject instanceof Subject.Objects found ? found.meanAveragePrecision() : 0);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    private static double deviation(List<Double> values) {
        double mean = mean(values);
        return Math.sqrt(mean(
                values.stream().map(value -> (value - mean) * (value - mean)).toList()));
    }

    /** For each concept, which share of the images that show it was taken for each. A row without images is all 0. */
    public List<List<Double>> confusionShares() {
        return report.confusion().stream()
                .map(row -> {
                    long sum = row.stream().mapToLong(Long::longValue).sum();
                    return row.stream()
                            .map(count -> sum == 0 ? 0.0 : (double) count / sum)
                            .toList();
                })
                .toList();
    }

    /** For each concept, how many of the scored images show it together with each; with itself, how many show it. */
    public List<List<Integer>> cooccurrence() {
        int size = report.concepts().size();
        int[][] counts = new int[size][size];
        for (ImageScores score : report.scores()) {
            for (int row : score.shown()) {
                for (int column : score.shown()) {
                    counts[row][column]++;
                }
            }
        }
        List<List<Integer>> rows = new ArrayList<>();
        for (int[] row : counts) {
            rows.add(Arrays.stream(row).boxed().toList());
        }
        return rows;
    }
}
