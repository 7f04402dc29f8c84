package io.deeptrain.worker.augmentation;

import java.util.random.RandomGenerator;

/** A rectangle of an image, in fractions of its width and height. */
record Crop(double left, double top, double width, double height) {
    static final Crop WHOLE = new Crop(0, 0, 1, 1);

    private static final double RATIO_MAX = 4 / 3.0;

    /** A rectangle that is large and not square at all may not fit; so many are tried. */
    private static final int DRAWS_MAX = 10;

    /**
     * Szegedy et al. 2015: any area from the least to all of it, any ratio of the sides from 3 : 4 to 4 : 3, anywhere.
     * The ratio is that of the image as networks see it, which is squeezed to a square.
     */
    static Crop draw(double areaMin, RandomGenerator random) {
        for (int draws = 0; draws < DRAWS_MAX; draws++) {
            double area = areaMin + (1 - areaMin) * random.nextDouble();
            double logarithm = StrictMath.log(RATIO_MAX) * (2 * random.nextDouble() - 1);
            double width = Math.sqrt(area * StrictMath.exp(logarithm));
            double height = area / width;
            if (width <= 1 && height <= 1) {
                return new Crop(random.nextDouble() * (1 - width), random.nextDouble() * (1 - height), width, height);
            }
        }
        return WHOLE;
    }

    /** Spreads it over the whole image. */
    AffineMap map() {
        return new AffineMap(width, 0, left, 0, height, top);
    }
}
