package io.deeptrain.worker.detection;

/**
 * A rectangle in an image, in any one unit: fractions of the image's height and width, or pixels. It may lie partly
 * outside of the image.
 *
 * @param bottom not less than {@code top}
 * @param right not less than {@code left}
 */
public record Box(double top, double left, double bottom, double right) {
    public Box {
        if (!(top <= bottom && left <= right)) {
            throw new IllegalArgumentException(
                    "a box needs top <= bottom and left <= right: top %s, left %s, bottom %s, right %s"
                            .formatted(top, left, bottom, right));
        }
    }

    public double height() {
        return bottom - top;
    }

    public double width() {
        return right - left;
    }

    public double area() {
        return height() * width();
    }

    /** Intersection over union, from 0 for boxes that share nothing to 1 for equal ones. */
    public double overlap(Box other) {
        double height = Math.min(bottom, other.bottom) - Math.max(top, other.top);
        double width = Math.min(right, other.right) - Math.max(left, other.left);
        if (height <= 0 || width <= 0) {
            return 0;
        }
        double shared = height * width;
        return shared / (area() + other.area() - shared);
    }

    /** With each coordinate so many times as large. */
    public Box times(double factor) {
        return new Box(top * factor, left * factor, bottom * factor, right * factor);
    }

    /** What of it lies in an image of this height and width. */
    public Box within(double size) {
        return new Box(clamp(top, size), clamp(left, size), clamp(bottom, size), clamp(right, size));
    }

    private static double clamp(double coordinate, double size) {
        return Math.clamp(coordinate, 0, size);
    }
}
