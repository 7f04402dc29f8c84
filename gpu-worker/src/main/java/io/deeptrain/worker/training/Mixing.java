package io.deeptrain.worker.training;

import io.deeptrain.worker.data.Mixture;
import java.util.SplittableRandom;

/**
 * How batches are mixed: by Mixup or by CutMix, of which each batch draws one if both are used, with a share from a
 * symmetric beta distribution.
 *
 * @param mixupAlpha both parameters of the distribution for Mixup; 0 for none
 * @param cutmixAlpha the same for CutMix
 */
public record Mixing(double mixupAlpha, double cutmixAlpha) {
    static final Mixing NONE = new Mixing(0, 0);

    /** Half of all draws are accepted at least, so that this is never reached. */
    private static final int DRAWS_MAX = 1_000;

    public Mixing {
        requireShare("mixup_alpha", mixupAlpha);
        requireShare("cutmix_alpha", cutmixAlpha);
    }

    private static void requireShare(String name, double alpha) {
        if (!(alpha >= 0 && alpha <= 1)) {
            throw new IllegalArgumentException("%s must be 0 to 1: %s".formatted(name, alpha));
        }
    }

    /** For one batch of images of this size. */
    Mixture drawn(SplittableRandom random, int imageSize) {
        if (equals(NONE)) {
            return new Mixture.None();
        }
        boolean cuts = mixupAlpha == 0 || (cutmixAlpha > 0 && random.nextBoolean());
        double share = share(random, cuts ? cutmixAlpha : mixupAlpha);
        return cuts ? patch(random, share, imageSize) : new Mixture.Blend((float) share);
    }

    /** A square around any pixel, of which only what lies within the image counts. */
    private static Mixture.Patch patch(SplittableRandom random, double share, int imageSize) {
        int side = (int) (imageSize * Math.sqrt(1 - share));
        int top = random.nextInt(imageSize) - side / 2;
        int left = random.nextInt(imageSize) - side / 2;
        return new Mixture.Patch(
                Math.max(0, top), Math.max(0, left), Math.min(imageSize, top + side), Math.min(imageSize, left + side));
    }

    /**
     * Jöhnk 1964, in logarithms, because small parameters make powers that no number holds. The same on every machine.
     */
    private static double share(SplittableRandom random, double alpha) {
        for (int draw = 0; draw < DRAWS_MAX; draw++) {
            double own = StrictMath.log(1 - random.nextDouble()) / alpha;
            double others = StrictMath.log(1 - random.nextDouble()) / alpha;
            double more = Math.max(own, others);
            double sum = StrictMath.exp(own - more) + StrictMath.exp(others - more);
            if (more + StrictMath.log(sum) <= 0) {
                return StrictMath.exp(own - more) / sum;
            }
        }
        return 1;
    }
}
