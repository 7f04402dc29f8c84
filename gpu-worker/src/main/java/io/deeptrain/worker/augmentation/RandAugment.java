package io.deeptrain.worker.augmentation;

import io.deeptrain.worker.augmentation.Tone.AutoContrast;
import io.deeptrain.worker.augmentation.Tone.Brightness;
import io.deeptrain.worker.augmentation.Tone.Colour;
import io.deeptrain.worker.augmentation.Tone.Contrast;
import io.deeptrain.worker.augmentation.Tone.Equalize;
import io.deeptrain.worker.augmentation.Tone.Invert;
import io.deeptrain.worker.augmentation.Tone.Posterize;
import io.deeptrain.worker.augmentation.Tone.Sharpness;
import io.deeptrain.worker.augmentation.Tone.Solarize;
import io.deeptrain.worker.augmentation.Tone.SolarizeAdd;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Cubuk et al. 2020, with the operations that grow stronger with the magnitude: two operations are drawn for an image,
 * and each is done with a probability of one half.
 *
 * @param magnitude how strong the operations are, from 0 to {@link #MAGNITUDE_MAX}; 0 for no operation
 * @param deviation of the magnitude from one operation to the next, which is normally distributed
 */
public record RandAugment(double magnitude, double deviation) {
    public static final double MAGNITUDE_MAX = 10;
    public static final RandAugment NONE = new RandAugment(0, 0);

    private static final int OPERATIONS_OF_IMAGE = 2;

    /** At the full magnitude: degrees, then shares of the image's side, then by how much 1 is left. */
    private static final double ROTATION_MAX = 30;

    private static final double SHEAR_MAX = 0.3;
    private static final double SHIFT_MAX = 0.45;
    private static final double ENHANCEMENT_MAX = 0.9;

    private static final int BITS_MAX = 4;
    private static final int SOLARIZED_MAX = 256;
    private static final int ADDEND_MAX = 110;

    public RandAugment {
        if (!(magnitude >= 0 && magnitude <= MAGNITUDE_MAX && deviation >= 0)) {
            throw new IllegalArgumentException(
                    "randaugment_magnitude must be 0 to %s and randaugment_deviation not negative: %s, %s"
                            .formatted(MAGNITUDE_MAX, magnitude, deviation));
        }
    }

    /** All are as likely. */
    enum Kind {
        AUTO_CONTRAST,
        EQUALIZE,
        INVERT,
        ROTATE,
        POSTERIZE,
        SOLARIZE,
        SOLARIZE_ADD,
        COLOUR,
        CONTRAST,
        BRIGHTNESS,
        SHARPNESS,
        SHEAR_X,
        SHEAR_Y,
        SHIFT_X,
        SHIFT_Y;

        private static final List<Kind> ALL = List.of(values());

        /**
         * As strong as a level says.
         *
         * @param level from 0 to 1
         * @param sign 1 or -1: in which direction
         */
        Operation at(double level, int sign) {
            return switch (this) {
                case AUTO_CONTRAST -> new AutoContrast();
                case EQUALIZE -> new Equalize();
                case INVERT -> new Invert();
                case ROTATE -> new Movement(AffineMap.rotation(sign * level * ROTATION_MAX));
                case POSTERIZE -> new Posterize(BITS_MAX - (int) (level * BITS_MAX));
                case SOLARIZE -> new Solarize(SOLARIZED_MAX - (int) (level * SOLARIZED_MAX));
                case SOLARIZE_ADD -> new SolarizeAdd((int) (level * ADDEND_MAX));
                case COLOUR -> new Colour(1 + sign * level * ENHANCEMENT_MAX);
                case CONTRAST -> new Contrast(1 + sign * level * ENHANCEMENT_MAX);
                case BRIGHTNESS -> new Brightness(1 + sign * level * ENHANCEMENT_MAX);
                case SHARPNESS -> new Sharpness(1 + sign * level * ENHANCEMENT_MAX);
                case SHEAR_X -> new Movement(AffineMap.shear(sign * level * SHEAR_MAX, 0));
                case SHEAR_Y -> new Movement(AffineMap.shear(0, sign * level * SHEAR_MAX));
                case SHIFT_X -> new Movement(AffineMap.shift(sign * level * SHIFT_MAX, 0));
                case SHIFT_Y -> new Movement(AffineMap.shift(0, sign * level * SHIFT_MAX));
            };
        }
    }

    /** What is done to one image, in this order. */
    List<Operation> draw(RandomGenerator random) {
        List<Operation> operations = new ArrayList<>();
        if (magnitude > 0) {
            for (int n = 0; n < OPERATIONS_OF_IMAGE; n++) {
                Kind kind = Kind.ALL.get(random.nextInt(Kind.ALL.size()));
                if (random.nextBoolean()) {
                    double drawn = magnitude + deviation * random.nextGaussian();
                    operations.add(kind.at(
                            Math.clamp(drawn, 0, MAGNITUDE_MAX) / MAGNITUDE_MAX, random.nextBoolean() ? 1 : -1));
                }
            }
        }
        return operations;
    }
}
