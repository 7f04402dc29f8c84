package io.deeptrain.worker.objective;

import io.deeptrain.worker.detection.AnchorSettings;
import io.deeptrain.worker.detection.Anchors;
import io.deeptrain.worker.detection.Box;
import io.deeptrain.worker.detection.BoxCoding;
import io.deeptrain.worker.detection.Matching;
import io.deeptrain.worker.network.FeaturePyramid;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.objective.Labels.LabelledBox;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * What each anchor is to find, five numbers: 1 and up for a concept, {@link #BACKGROUND} or {@link #IGNORED}; then the
 * coded box, zeros where there is none. Of several concepts on the same box an anchor is to find the first.
 */
final class AnchorTargets implements Targets {
    static final int NUMBERS = 1 + BoxCoding.NUMBERS;
    static final float BACKGROUND = Finders.BACKGROUND;
    static final float IGNORED = -1;

    private final List<Box> anchors;
    private final int imageSize;

    AnchorTargets(Network network, AnchorSettings settings, int imageSize) {
        this.anchors = Anchors.of(imageSize, FeaturePyramid.sides(network, imageSize), settings.anchorRatios());
        this.imageSize = imageSize;
    }

    @Override
    public int perImage() {
        return anchors.size() * NUMBERS;
    }

    @Override
    public void write(Labels labels, FloatBuffer into, int at) {
        List<Box> boxes = labels.objects().stream()
                .map(object -> object.box().times(imageSize))
                .toList();
        int[] found = Matching.of(anchors, boxes);
        for (int n = 0; n < found.length; n++) {
            int first = at + n * NUMBERS;
            if (found[n] >= 0) {
                LabelledBox object = labels.objects().get(found[n]);
                into.put(first, object.concept() + 1);
                into.put(first + 1, BoxCoding.encode(anchors.get(n), boxes.get(found[n])));
            } else {
                into.put(first, found[n] == Matching.IGNORED ? IGNORED : BACKGROUND);
            }
        }
    }

    @Override
    public double weight(FloatBuffer targets) {
        return Finders.count(targets, NUMBERS);
    }
}
