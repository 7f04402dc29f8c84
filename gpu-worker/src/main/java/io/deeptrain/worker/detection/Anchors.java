package io.deeptrain.worker.detection;

import java.util.ArrayList;
import java.util.List;

/**
 * The boxes that a detector starts from, Lin et al. 2017, "Focal loss for dense object detection", section 4: at each
 * pixel of each level of a feature pyramid, all ratios in three scales.
 */
public final class Anchors {
    /** At a level of stride s, the smallest anchor has the area of a square of 4 s. */
    public static final int STRIDES_WIDE = 4;

    /** Within an octave, from one level to the next. */
    public static final int SCALES = 3;

    private Anchors() {}

    /** How many there are at each pixel. */
    public static int perPixel(List<Double> ratios) {
        return SCALES * ratios.size();
    }

    /**
     * In pixels, in the order level, row, column, scale, ratio.
     *
     * @param sides how many rows, and columns, each level's map has, the finest first
     * @param ratios height over width
     */
    public static List<Box> of(int imageSize, List<Integer> sides, List<Double> ratios) {
        List<Box> anchors = new ArrayList<>();
        for (int side : sides) {
            double stride = (double) imageSize / side;
            for (int row = 0; row < side; row++) {
                for (int column = 0; column < side; column++) {
                    add(anchors, (row + 0.5) * stride, (column + 0.5) * stride, stride, ratios);
                }
            }
        }
        return List.copyOf(anchors);
    }

    private static void add(List<Box> anchors, double y, double x, double stride, List<Double> ratios) {
        for (int scale = 0; scale < SCALES; scale++) {
            double size = STRIDES_WIDE * stride * Math.pow(2, (double) scale / SCALES);
            for (double ratio : ratios) {
                double halfHeight = size * Math.sqrt(ratio) / 2;
                double halfWidth = size / Math.sqrt(ratio) / 2;
                anchors.add(new Box(y - halfHeight, x - halfWidth, y + halfHeight, x + halfWidth));
            }
        }
    }
}
