package io.deeptrain.worker.evaluation;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.worker.detection.Detection;
import io.deeptrain.worker.evaluation.AveragePrecision.Found;
import io.deeptrain.worker.evaluation.DetectionReport.ObjectScore;
import io.deeptrain.worker.evaluation.ImageDetections.Detected;
import io.deeptrain.worker.evaluation.ImageReport.ConceptScore;
import io.deeptrain.worker.objective.Labels.LabelledBox;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Counts found and missed objects. */
public final class DetectionEvaluator {
    private final List<String> concepts;
    private final double scoreThreshold;
    private final List<Found> images = new ArrayList<>();
    private final List<ImageDetections> shown = new ArrayList<>();

    /**
     * Without images.
     *
     * @param scoreThreshold what has a higher score would be shown
     */
    public DetectionEvaluator(List<String> concepts, double scoreThreshold) {
        this.concepts = List.copyOf(concepts);
        this.scoreThreshold = scoreThreshold;
    }

    /** Counts one image: what the model sees, however unsure, and what is there. */
    public void add(String inputId, List<Detection> detections, List<LabelledBox> objects) {
        images.add(new Found(List.copyOf(detections), List.copyOf(objects)));
        shown.add(ImageDetections.of(
                inputId,
                detections.stream()
                        .filter(detection -> detection.score() > scoreThreshold)
                        .toList(),
                objects));
    }

    public DetectionReport report(Split split) {
        List<ObjectScore> scores = new ArrayList<>();
        List<Double> atHalf = new ArrayList<>();
        List<Double> overRange = new ArrayList<>();
        for (int concept = 0; concept < concepts.size(); concept++) {
            OptionalDouble half = AveragePrecision.of(images, concept, AveragePrecision.OVERLAPS.getFirst());
            half.ifPresent(atHalf::add);
            double range = 0;
            if (half.isPresent()) {
                range = overRange(concept);
                overRange.add(range);
            }
            scores.add(score(concept, half.orElse(0), range));
        }
        return new DetectionReport(split, images.size(), mean(atHalf), mean(overRange), scores, told());
    }

    private double overRange(int concept) {
        return AveragePrecision.OVERLAPS.stream()
                .mapToDouble(
                        overlap -> AveragePrecision.of(images, concept, overlap).orElse(0))
                .average()
                .orElse(0);
    }

    private ObjectScore score(int concept, double averagePrecision50, double averagePrecision) {
        long truePositives = 0;
        long falsePositives = 0;
        long objects = 0;
        for (ImageDetections image : shown) {
            objects += image.objects().stream()
                    .filter(object -> object.concept() == concept)
                    .count();
            for (Detected detection : image.detections()) {
                if (detection.concept() == concept) {
                    truePositives += detection.right() ? 1 : 0;
                    falsePositives += detection.right() ? 0 : 1;
                }
            }
        }
        ConceptScore counts =
                ConceptScore.of(concepts.get(concept), truePositives, falsePositives, objects - truePositives);
        return new ObjectScore(
                counts.concept(),
                counts.truePositives(),
                counts.falsePositives(),
                counts.falseNegatives(),
                counts.precision(),
                counts.recall(),
                counts.f1(),
                averagePrecision50,
                averagePrecision);
    }

    /** The first images, as many as a report holds. */
    private List<ImageDetections> told() {
        List<ImageDetections> told = new ArrayList<>();
        int boxes = 0;
        for (ImageDetections image : shown) {
            boxes += image.boxes();
            if (told.size() == DetectionReport.TOLD_IMAGES_MAX || boxes > DetectionReport.TOLD_BOXES_MAX) {
                break;
            }
            told.add(image);
        }
        return told;
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
}
