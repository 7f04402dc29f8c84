package io.deeptrain.worker.evaluation;

import io.deeptrain.worker.detection.Detection;
import io.deeptrain.worker.objective.Labels.LabelledBox;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What a detector shows in one image, and what is there.
 *
 * @param detections the surest first
 */
public record ImageDetections(String inputId, List<Labelled> objects, List<Detected> detections) {
    /** The smallest intersection over union of a detection and the object that it finds. */
    private static final double FOUND_FROM = AveragePrecision.OVERLAPS.getFirst();

    private static final int NONE = -1;

    public ImageDetections {
        objects = List.copyOf(objects);
        detections = List.copyOf(detections);
    }

    /**
     * An object that is there.
     *
     * @param concept the concept's position
     */
    public record Labelled(int concept, Region region) {}

    /**
     * Something that the detector shows.
     *
     * @param concept the concept's position
     * @param right whether it found an object of its concept that no surer one had found
     * @param object position of the object that it found, or if it found none of the one that it overlaps most,
     *     whatever that shows; -1 if it overlaps none
     * @param overlap intersection over union with that object
     */
    public record Detected(int concept, float score, Region region, boolean right, int object, float overlap) {}

    /** Compares what is seen with what is there; what is surer finds its object first. */
    static ImageDetections of(String inputId, List<Detection> seen, List<LabelledBox> objects) {
        List<Integer> all = IntStream.range(0, objects.size()).boxed().toList();
        Set<Integer> left = new LinkedHashSet<>(all);
        List<Detected> detections = new ArrayList<>();
        for (Detection detection : seen.stream().sorted(Detection.SUREST_FIRST).toList()) {
            List<Integer> ofConcept = left.stream()
                    .filter(n -> objects.get(n).concept() == detection.concept())
                    .toList();
            int found = nearest(detection, objects, ofConcept, FOUND_FROM);
            boolean right = found != NONE;
            if (right) {
                left.remove(found);
            }
            int object = right ? found : nearest(detection, objects, all, Double.MIN_VALUE);
            detections.add(new Detected(
                    detection.concept(),
                    detection.score(),
                    Region.of(detection.box()),
                    right,
                    object,
                    object == NONE ? 0 : (float) objects.get(object).box().overlap(detection.box())));
        }
        return new ImageDetections(
                inputId,
                objects.stream()
                        .map(object -> new Labelled(object.concept(), Region.of(object.box())))
                        .toList(),
                detections);
    }

    /** Of these objects the one that the detection overlaps most, the first of equal ones. */
    private static int nearest(Detection detection, List<LabelledBox> objects, List<Integer> among, double overlapMin) {
        int nearest = NONE;
        double most = overlapMin;
        for (int n : among) {
            double overlap = objects.get(n).box().overlap(detection.box());
            if (overlap >= most && (nearest == NONE || overlap > most)) {
                nearest = n;
                most = overlap;
            }
        }
        return nearest;
    }

    /** How many boxes are told of. */
    int boxes() {
        return objects.size() + detections.size();
    }
}
