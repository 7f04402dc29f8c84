package io.deeptrain.worker.objective;

import io.deeptrain.worker.detection.Box;
import io.deeptrain.worker.detection.Points;
import io.deeptrain.worker.detection.Points.Point;
import io.deeptrain.worker.network.FeaturePyramid;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.objective.Labels.LabelledBox;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * What each point is to find, six numbers: 1 and up for a concept or {@link Finders#BACKGROUND}; then how far away the
 * box's sides are, and how near the point is to its centre, zeros where there is none. Of several concepts on the same
 * box a point is to find the first.
 */
final class PointTargets implements Targets {
    static final int NUMBERS = 2 + Points.NUMBERS;

    private final List<Point> points;
    private final int imageSize;

    PointTargets(Network network, int imageSize) {
        this.points = Points.of(imageSize, FeaturePyramid.sides(network, imageSize));
        this.imageSize = imageSize;
    }

    @Override
    public int perImage() {
        return points.size() * NUMBERS;
    }

    @Override
    public void write(Labels labels, FloatBuffer into, int at) {
        List<Box> boxes = labels.objects().stream()
                .map(object -> object.box().times(imageSize))
                .toList();
        int[] found = Points.matched(points, boxes);
        for (int n = 0; n < found.length; n++) {
            if (found[n] != Points.BACKGROUND) {
                LabelledBox object = labels.objects().get(found[n]);
                float[] distances = points.get(n).distances(boxes.get(found[n]));
                int first = at + n * NUMBERS;
                into.put(first, object.concept() + 1);
                into.put(first + 1, distances);
                into.put(first + 1 + Points.NUMBERS, Points.centreness(distances));
            }
        }
    }

    @Override
    public double weight(FloatBuffer targets) {
        return Finders.count(targets, NUMBERS);
    }
}
