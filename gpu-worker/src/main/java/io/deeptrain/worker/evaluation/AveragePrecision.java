package io.deeptrain.worker.evaluation;

import io.deeptrain.worker.detection.Detection;
import io.deeptrain.worker.objective.Labels.LabelledBox;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * How well objects of one concept are found, as COCO measures it (Lin et al. 2014, and the evaluation that goes with
 * it): the mean, over 101 recalls from 0 to 1, of the best precision at that recall or above.
 */
final class AveragePrecision {
    /** From one half to 0.95. */
    static final List<Double> OVERLAPS =
            IntStream.range(0, 10).mapToObj(n -> (50 + 5 * n) / 100.0).toList();

    private static final int RECALLS = 101;

    /** A detection, and whether it found an object of its own. */
    private record Ranked(float score, boolean right) {}

    /** What was found in one image, and what is there. */
    record Found(List<Detection> detections, List<LabelledBox> objects) {}

    private AveragePrecision() {}

    /**
     * Of one concept, over all images; nothing if none shows it.
     *
     * @param overlap the smallest intersection over union of a detection and the object that it found
     */
    static OptionalDouble of(List<Found> images, int concept, double overlap) {
        List<Ranked> ranked = new ArrayList<>();
        long objects = 0;
        for (Found image : images) {
            List<LabelledBox> left = new ArrayList<>(image.objects().stream()
                    .filter(object -> object.concept() == concept)
                    .toList());
            objects += left.size();
            image.detections().stream()
                    .filter(detection -> detection.concept() == concept)
                    .sorted(Detection.SUREST_FIRST)
                    .forEach(detection -> ranked.add(new Ranked(detection.score(), takes(detection, left, overlap))));
        }
        if (objects == 0) {
            return OptionalDouble.empty();
        }
        ranked.sort(Comparator.comparingDouble(Ranked::score).reversed());
        return OptionalDouble.of(interpolated(ranked, objects));
    }

    /** Takes away the object that the detection found: the one that it overlaps most of those that are left. */
    static boolean takes(Detection detection, List<LabelledBox> left, double overlap) {
        int best = -1;
        double most = overlap;
        for (int n = 0; n < left.size(); n++) {
            double shared = left.get(n).box().overlap(detection.box());
            if (shared >= most && (best < 0 || shared > most)) {
                best = n;
                most = shared;
            }
        }
        if (best >= 0) {
            left.remove(best);
        }
        return best >= 0;
    }

    private static double interpolated(List<Ranked> ranked, long objects) {
        double[] recalls = new double[ranked.size()];
        double[] precisions = new double[ranked.size()];
        long right = 0;
        for (int n = 0; n < ranked.size(); n++) {
            right += ranked.get(n).right() ? 1 : 0;
            recalls[n] = (double) right / objects;
            precisions[n] = (double) right / (n + 1);
        }
        for (int n = ranked.size() - 2; n >= 0; n--) {
            precisions[n] = Math.max(precisions[n], precisions[n + 1]);
        }
        double sum = 0;
        int at = 0;
        for (int step = 0; step < RECALLS; step++) {
            while (at < ranked.size() && recalls[at] < step / (double) (RECALLS - 1)) {
                at++;
            }
            sum += at < ranked.size() ? precisions[at] : 0;
        }
        return sum / RECALLS;
    }
}
