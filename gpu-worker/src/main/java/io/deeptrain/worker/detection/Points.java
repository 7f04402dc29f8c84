package io.deeptrain.worker.detection;

import java.util.ArrayList;
import java.util.List;

/**
 * The points that an anchor-free detector starts from, and which object each is to find: Tian et al. 2019, "FCOS: Fully
 * convolutional one-stage object detection", with the centre sampling of its later version (2020, "FCOS: A simple and
 * strong anchor-free object detector"). There is one point at each pixel of each level of a feature pyramid.
 *
 * <p>A point is to find an object if it lies within it and near its centre, and if the object's farthest side is as far
 * away as suits the level; of several objects the smallest. An object that would be found by no point so - because it
 * is smaller than the finest pixels - is found by the point of the finest level that is nearest to its centre.
 */
public final class Points {
    /** Numbers of a coded box. */
    public static final int NUMBERS = 4;

    /** The point shows background. */
    public static final int BACKGROUND = -1;

    /** How far from an object's centre a point may lie, in strides of its level along each axis. */
    static final double RADIUS = 1.5;

    /** A level finds what reaches up to so many strides from its points, and the next one goes on from there. */
    static final double REACH = 8;

    /** A side is at least so far away, in strides: a point beside a small object is taken for one within. */
    static final double NEAREST = 0.1;

    /** A found side is at most so far away, in strides: no exponential overflows. */
    public static final double FARTHEST = 1_000;

    /**
     * One point, in pixels.
     *
     * @param from the least reach of what it is to find; what reaches beyond {@code to} is left to coarser levels
     */
    public record Point(double y, double x, double stride, double from, double to) {
        /** How far the farthest side of a box around it is. */
        private double reach(Box box) {
            return Math.max(Math.max(y - box.top(), box.bottom() - y), Math.max(x - box.left(), box.right() - x));
        }

        private boolean isToFind(Box box) {
            boolean isWithin = box.top() < y && y < box.bottom() && box.left() < x && x < box.right();
            double off = Math.max(
                    Math.abs(y - (box.top() + box.bottom()) / 2), Math.abs(x - (box.left() + box.right()) / 2));
            double reach = reach(box);
            return isWithin && off < RADIUS * stride && from < reach && reach <= to;
        }

        private double squareTo(Box box) {
            double down = y - (box.top() + box.bottom()) / 2;
            double right = x - (box.left() + box.right()) / 2;
            return down * down + right * right;
        }

        /** How far away the box's sides are - top, left, bottom, right - in strides. */
        public float[] distances(Box box) {
            return new float[] {
                distance(y - box.top()), distance(x - box.left()), distance(box.bottom() - y), distance(box.right() - x)
            };
        }

        private float distance(double pixels) {
            return (float) Math.max(NEAREST, pixels / stride);
        }

        /** The box with sides so far away, in strides. */
        Box box(double top, double left, double bottom, double right) {
            return new Box(y - top * stride, x - left * stride, y + bottom * stride, x + right * stride);
        }
    }

    private Points() {}

    /**
     * In the order level, row, column.
     *
     * @param sides how many rows, and columns, each level's map has, the finest first
     */
    public static List<Point> of(int imageSize, List<Integer> sides) {
        List<Point> points = new ArrayList<>();
        double from = 0;
        for (int level = 0; level < sides.size(); level++) {
            double stride = (double) imageSize / sides.get(level);
            double to = level == sides.size() - 1 ? Double.POSITIVE_INFINITY : REACH * stride;
            for (int row = 0; row < sides.get(level); row++) {
                for (int column = 0; column < sides.get(level); column++) {
                    points.add(new Point((row + 0.5) * stride, (column + 0.5) * stride, stride, from, to));
                }
            }
            from = to;
        }
        return List.copyOf(points);
    }

    /** For each point the position of its object, or {@link #BACKGROUND}. */
    public static int[] matched(List<Point> points, List<Box> objects) {
        int[] found = new int[points.size()];
        boolean[] isFound = new boolean[objects.size()];
        for (int n = 0; n < found.length; n++) {
            found[n] = BACKGROUND;
            for (int object = 0; object < objects.size(); object++) {
                if (points.get(n).isToFind(objects.get(object))
                        && (found[n] == BACKGROUND
                                || objects.get(object).area()
                                        < objects.get(found[n]).area())) {
                    found[n] = object;
                }
            }
            if (found[n] != BACKGROUND) {
                isFound[found[n]] = true;
            }
        }
        for (int object = 0; object < objects.size(); object++) {
            if (!isFound[object]) {
                found[nearest(points, objects.get(object))] = object;
            }
        }
        return found;
    }

    private static int nearest(List<Point> points, Box box) {
        double finest = points.getFirst().stride();
        int nearest = 0;
        for (int n = 1; n < points.size() && points.get(n).stride() == finest; n++) {
            if (points.get(n).squareTo(box) < points.get(nearest).squareTo(box)) {
                nearest = n;
            }
        }
        return nearest;
    }

    /**
     * How near a point is to the centre of what it finds, from 1 there to 0 at the border: the square root of how alike
     * the distances to opposite sides are.
     *
     * @param distances to the top, left, bottom, right
     */
    public static float centreness(float[] distances) {
        double down = Math.min(distances[0], distances[2]) / Math.max(distances[0], distances[2]);
        double right = Math.min(distances[1], distances[3]) / Math.max(distances[1], distances[3]);
        return (float) Math.sqrt(down * right);
    }
}
