package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.evaluation.Evaluation;
import io.deeptrain.api.evaluation.Evaluation.ConceptMetrics;
import io.deeptrain.api.evaluation.Evaluation.Summary;
import io.deeptrain.api.evaluation.Ranking;
import io.deeptrain.api.evaluation.Ranking.PrecisionRecallPoint;
import io.deeptrain.api.evaluation.Ranking.RocPoint;
import io.deeptrain.api.evaluation.Report.Counts;
import io.deeptrain.api.evaluation.Report.ImageScores;
import io.deeptrain.api.evaluation.Report.Subject;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.contract.BinaryMetrics;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.ConfusionMatrix;
import io.deeptrain.contract.ConfusionMatrixEntry;
import io.deeptrain.contract.CooccurrenceMatrix;
import io.deeptrain.contract.CooccurrenceMatrixEntry;
import io.deeptrain.contract.EvalMetrics;
import io.deeptrain.contract.EvalTestSetEntry;
import io.deeptrain.contract.FieldsValue;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.LabelCount;
import io.deeptrain.contract.LabelDistribution;
import io.deeptrain.contract.MetricsSummary;
import io.deeptrain.contract.PrecisionRecallCurve;
import io.deeptrain.contract.ROC;
import io.deeptrain.event.FrameId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Evaluations as the contract shows them. */
final class EvaluationMessages {
    /** A picture of a curve has no more dots. */
    static final int CURVE_POINTS_MAX = 200;

    /** Above it a matrix leaves out its zeros, which are then nearly all of it. */
    static final int FULL_MATRIX_CONCEPTS_MAX = 100;

    /** The intersection over union from which an object is found. */
    static final float FOUND_FROM = 0.5f;

    /** The most probable concepts of a test image. */
    static final int PREDICTED_CONCEPTS_MAX = 20;

    private EvaluationMessages() {}

    static MetricsSummary summary(Summary summary) {
        return MetricsSummary.newBuilder()
                .setMacroAvgPrecision((float) summary.precision())
                .setMacroAvgRecall((float) summary.recall())
                .setMacroAvgF1Score((float) summary.f1())
                .setMacroStdF1Score((float) summary.f1Deviation())
                .setMacroAvgRocAuc((float) summary.rocAuc())
                .setMacroStdRocAuc((float) summary.rocAucDeviation())
                .setMeanAvgPrecisionIou50((float) summary.meanAveragePrecision50())
                .setMeanAvgPrecisionIouRange((float) summary.meanAveragePrecision())
                .build();
    }

    /**
     * The summary, and the large parts that are asked for.
     *
     * @param images of the test set, as far as they are still there
     */
    static EvalMetrics.Builder metrics(Evaluation evaluation, FieldsValue fields, Map<String, LabelledImage> images) {
        EvalMetrics.Builder metrics = EvalMetrics.newBuilder().setSummary(summary(evaluation.summary()));
        List<String> ids = ids(evaluation);
        if (fields.getConfusionMatrix()) {
            metrics.setConfusionMatrix(confusion(evaluation, ids));
        }
        if (fields.getCooccurrenceMatrix()) {
            metrics.setCooccurrenceMatrix(cooccurrence(evaluation, ids));
        }
        if (fields.getLabelCounts()) {
            metrics.setLabelCounts(LabelDistribution.newBuilder()
                    .addAllPositiveLabelCounts(evaluation.report().concepts().stream()
                            .map(counts -> LabelCount.newBuilder()
                                    .setConcept(concept(counts.concept()))
                                    .setCount(Math.toIntExact(counts.shown()))
                                    .build())
                            .toList()));
        }
        if (fields.getBinaryMetrics()) {
            evaluation.concepts().forEach(concept -> metrics.addBinaryMetrics(binary(evaluation, concept)));
        }
        if (fields.getMetricsByClass()) {
            evaluation.concepts().forEach(concept -> metrics.addMetricsByClass(binary(evaluation, concept)));
        }
        if (fields.getTestSet()) {
            evaluation.report().scores().forEach(scores -> metrics.addTestSet(tested(ids, scores, images)));
        }
        return metrics;
    }

    private static List<String> ids(Evaluation evaluation) {
        return evaluation.report().concepts().stream().map(Counts::concept).toList();
    }

    private static ConfusionMatrix confusion(Evaluation evaluation, List<String> ids) {
        ConfusionMatrix.Builder matrix = ConfusionMatrix.newBuilder().addAllConceptIds(ids);
        List<List<Double>> shares = evaluation.confusionShares();
        for (int actual = 0; actual < ids.size(); actual++) {
            for (int predicted = 0; predicted < ids.size(); predicted++) {
                double share = shares.get(actual).get(predicted);
                if (share != 0 || ids.size() <= FULL_MATRIX_CONCEPTS_MAX) {
                    matrix.addMatrix(ConfusionMatrixEntry.newBuilder()
                            .setActual(ids.get(actual))
                            .setPredicted(ids.get(predicted))
                            .setActualConcept(concept(ids.get(actual)))
                            .setPredictedConcept(concept(ids.get(predicted)))
                            .setValue((float) share));
                }
            }
        }
        return matrix.build();
    }

    private static CooccurrenceMatrix cooccurrence(Evaluation evaluation, List<String> ids) {
        CooccurrenceMatrix.Builder matrix = CooccurrenceMatrix.newBuilder().addAllConceptIds(ids);
        List<List<Integer>> counts = evaluation.cooccurrence();
        for (int row = 0; row < ids.size(); row++) {
            for (int column = 0; column < ids.size(); column++) {
                int count = counts.get(row).get(column);
                if (count != 0 || ids.size() <= FULL_MATRIX_CONCEPTS_MAX) {
                    matrix.addMatrix(CooccurrenceMatrixEntry.newBuilder()
                            .setRow(ids.get(row))
                            .setCol(ids.get(column))
                            .setCount(count));
                }
            }
        }
        return matrix.build();
    }

    private static BinaryMetrics binary(Evaluation evaluation, ConceptMetrics metrics) {
        return switch (evaluation.report().subject()) {
            case Subject.Images() -> ofImages(evaluation, metrics);
            case Subject.Objects(var _, var _, List<Double> averagePrecisions, var _) -> {
                int shown = Math.toIntExact(metrics.counts().shown());
                int position = evaluation.concepts().indexOf(metrics);
                yield BinaryMetrics.newBuilder()
                        .setConcept(concept(metrics.counts().concept()))
                        .setNumPos(shown)
                        .setNumTot(shown)
                        .setF1((float) metrics.counts().f1())
                        .setAvgPrecision(averagePrecisions.get(position).floatValue())
                        .setIou(FOUND_FROM)
                        .build();
            }
        };
    }

    private static BinaryMetrics ofImages(Evaluation evaluation, ConceptMetrics metrics) {
        Counts counts = metrics.counts();
        Ranking ranking = metrics.ranking();
        int all = Math.toIntExact(evaluation.report().images());
        int shown = Math.toIntExact(counts.shown());
        ROC.Builder roc = ROC.newBuilder();
        for (RocPoint point : ranking.roc(CURVE_POINTS_MAX)) {
            roc.addFpr((float) point.falsePositiveRate())
                    .addTpr((float) point.truePositiveRate())
                    .addThresholds((float) point.threshold());
        }
        PrecisionRecallCurve.Builder precisionRecall = PrecisionRecallCurve.newBuilder();
        for (PrecisionRecallPoint point : ranking.precisionRecall(CURVE_POINTS_MAX)) {
            precisionRecall
                    .addRecall((float) point.recall())
                    .addPrecision((float) point.precision())
                    .addThresholds((float) point.threshold());
        }
        return BinaryMetrics.newBuilder()
                .setConcept(concept(counts.concept()))
                .setNumPos(shown)
                .setNumNeg(all - shown)
                .setNumTot(all)
                .setF1((float) counts.f1())
                .setRocAuc((float) ranking.rocAuc().orElse(0))
                .setAvgPrecision((float) ranking.averagePrecision().orElse(0))
                .setRocCurve(roc)
                .setPrecisionRecallCurve(precisionRecall)
                .build();
    }

    private static EvalTestSetEntry tested(List<String> ids, ImageScores scores, Map<String, LabelledImage> images) {
        EvalTestSetEntry.Builder entry = EvalTestSetEntry.newBuilder();
        scores.shown().forEach(position -> entry.addGroundTruthConcepts(concept(ids.get(position))));
        IntStream.range(0, ids.size())
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(
                                position -> scores.values().get(position))
                        .reversed()
                        .thenComparing(ids::get))
                .limit(PREDICTED_CONCEPTS_MAX)
                .forEach(position -> entry.addPredictedConcepts(concept(ids.get(position)).toBuilder()
                        .setValue(scores.values().get(position).floatValue())));
        Input.Builder input = Input.newBuilder().setId(scores.inputId());
        LabelledImage image = images.getOrDefault(scores.inputId(), images.get(FrameId.inputId(scores.inputId())));
        if (image != null) {
            input.setData(InputMessages.seen(image));
        }
        return entry.setInput(input).build();
    }

    private static Concept concept(String id) {
        return Concept.newBuilder().setId(id).setName(id).setValue(1).build();
    }
}
