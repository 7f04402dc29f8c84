package io.deeptrain.worker.evaluation;

import io.deeptrain.event.ManifestEntry.Split;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A detector's report.
 *
 * @param split which images it was measured on: those it learned from only if there were no others
 * @param images how many
 * @param meanAveragePrecision50 over the concepts that the images show, where an intersection over union of one half is
 *     a find
 * @param meanAveragePrecision the same, averaged over ten such thresholds from 0.50 to 0.95
 * @param detections what was shown in the first images, at most {@link #TOLD_IMAGES_MAX} with at most
 *     {@link #TOLD_BOXES_MAX} boxes, found and labelled ones together
 */
public record DetectionReport(
        Split split,
        int images,
        double meanAveragePrecision50,
        double meanAveragePrecision,
        List<ObjectScore> concepts,
        List<ImageDetections> detections)
        implements EvaluationReport {
    static final int TOLD_IMAGES_MAX = 10_000;

    /** A report of so many has about 20 MB. */
    static final int TOLD_BOXES_MAX = 100_000;

    public DetectionReport {
        concepts = List.copyOf(concepts);
        detections = List.copyOf(detections);
    }

    /**
     * How well the objects of one concept are found. What is counted are detections that predictions would show; an
     * intersection over union of one half is a find.
     *
     * @param precision of the detections, the share that found an object; 0 if there are none
     * @param recall of the objects, the share that was found; 0 if there are none
     * @param averagePrecision50 0 if no image shows the concept
     */
    public record ObjectScore(
            String concept,
            long truePositives,
            long falsePositives,
            long falseNegatives,
            double precision,
            double recall,
            double f1,
            double averagePrecision50,
            double averagePrecision) {}

    @Override
    public double score() {
        return meanAveragePrecision;
    }

    /** By name, as in {@code test_map50}. */
    @Override
    public Map<String, Double> metrics() {
        String prefix = split.name().toLowerCase(Locale.ROOT) + "_";
        return new TreeMap<>(Map.of(prefix + "map50", meanAveragePrecision50, prefix + "map", meanAveragePrecision));
    }
}
