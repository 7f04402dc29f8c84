package io.deeptrain.worker.augmentation;

import io.deeptrain.worker.objective.Mirror;

/**
 * For each place in an image, the place where its colour comes from: {@code (xx x + xy y + x0, yx x + yy y + y0)}, in
 * fractions of the image's width and height.
 */
record AffineMap(double xx, double xy, double x0, double yx, double yy, double y0) {
    static final AffineMap IDENTITY = new AffineMap(1, 0, 0, 0, 1, 0);

    static AffineMap shift(double x, double y) {
        return new AffineMap(1, 0, x, 0, 1, y);
    }

    /** Along the edges, of which the upper and the left one stand still. */
    static AffineMap shear(double x, double y) {
        return new AffineMap(1, x, 0, y, 1, 0);
    }

    /** About the centre. */
    static AffineMap rotation(double degrees) {
        // The strict functions are the same to the last bit on every machine.
        double angle = StrictMath.toRadians(degrees);
        double cosine = StrictMath.cos(angle);
        double sine = StrictMath.sin(angle);
        return shift(0.5, 0.5).after(new AffineMap(cosine, -sine, 0, sine, cosine, 0).after(shift(-0.5, -0.5)));
    }

    static AffineMap reflection(Mirror mirror) {
        return switch (mirror) {
            case LEFT_RIGHT -> new AffineMap(-1, 0, 1, 0, 1, 0);
            case TOP_BOTTOM -> new AffineMap(1, 0, 0, 0, -1, 1);
        };
    }

    /** First the other, then this. */
    AffineMap after(AffineMap first) {
        return new AffineMap(
                xx * first.xx + xy * first.yx,
                xx * first.xy + xy * first.yy,
                xx * first.x0 + xy * first.y0 + x0,
                yx * first.xx + yy * first.yx,
                yx * first.xy + yy * first.yy,
                yx * first.x0 + yy * first.y0 + y0);
    }
}
