package io.deeptrain.worker.augmentation;

import io.deeptrain.worker.objective.Mirror;
import java.util.random.RandomGenerator;

/**
 * What a training does to its images besides mirroring them.
 *
 * @param cropAreaMin the least share of an image that is shown, 1 for always all of it
 * @param repeats an image is dealt so many times in a row, to be seen in as many versions (Hoffer et al. 2020, Berman
 *     et al. 2019); 1 for once
 */
public record Augmentation(double cropAreaMin, RandAugment operations, int repeats) {
    public static final Augmentation NONE = new Augmentation(1, RandAugment.NONE, 1);

    public Augmentation {
        if (!(cropAreaMin > 0 && cropAreaMin <= 1)) {
            throw new IllegalArgumentException("crop_area_min must be above 0 and at most 1: " + cropAreaMin);
        }
        if (repeats < 1) {
            throw new IllegalArgumentException("repeated_augmentation must be at least 1: " + repeats);
        }
    }

    public boolean crops() {
        return cropAreaMin < 1;
    }

    /** Whether what it shows is only images as a whole, and perhaps their mirror images. */
    public boolean showsAllInPlace() {
        return !crops() && operations.magnitude() == 0;
    }

    /** Of one image, one time. */
    public View view(boolean mirrored, Mirror mirror, RandomGenerator random) {
        Crop crop = crops() ? Crop.draw(cropAreaMin, random) : Crop.WHOLE;
        return new View(mirrored, mirror, crop, operations.draw(random));
    }
}
