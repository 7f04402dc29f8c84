package io.deeptrain.worker.data;

import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * How each image of a batch is mixed with the one that is as far from the batch's end as it is from its beginning, and
 * what is known of it likewise. Batches are shuffled, so that this order is as good as any; the image in the middle
 * stays as it is.
 */
public sealed interface Mixture {

    /** All images stay as they are. */
    record None() implements Mixture {}

    /**
     * Mixup, Zhang et al. 2018: the weighted mean of both images.
     *
     * @param share weight of the image itself
     */
    record Blend(float share) implements Mixture {}

    /** CutMix, Yun et al. 2019: the image, but for the rows and columns of a rectangle, where the other one is. */
    record Patch(int top, int left, int bottom, int right) implements Mixture {
        /** How much of a square image lies outside. */
        float share(int size) {
            return 1 - (float) (bottom - top) * (right - left) / (size * size);
        }
    }

    /** Mixes them where they are: nobody else may have the batch yet. */
    default void mix(Batch batch) {
        switch (this) {
            case None() -> {}
            case Blend(float share) -> {
                mixPixels(batch.pixels());
                mixTargets(batch, share);
            }
            case Patch patch -> {
                mixPixels(batch.pixels());
                mixTargets(batch, patch.share(batch.pixels().size()));
            }
        }
    }

    private void mixPixels(Pixels pixels) {
        ByteBuffer bytes = pixels.bytes();
        int count = bytes.remaining() / pixels.images();
        byte[] one = new byte[count];
        byte[] other = new byte[count];
        for (int image = 0; image < pixels.images() / 2; image++) {
            int at = bytes.position() + image * count;
            int opposite = bytes.position() + (pixels.images() - 1 - image) * count;
            bytes.get(at, one).get(opposite, other);
            bytes.put(at, mixed(one, other, pixels.size())).put(opposite, mixed(other, one, pixels.size()));
        }
    }

    private byte[] mixed(byte[] image, byte[] other, int size) {
        byte[] mixed = image.clone();
        switch (this) {
            case None() -> {}
            case Blend(float share) -> {
                for (int n = 0; n < mixed.length; n++) {
                    mixed[n] = (byte) (share * (image[n] & 0xFF) + (1 - share) * (other[n] & 0xFF) + 0.5f);
                }
            }
            case Patch(int top, int left, int bottom, int right) -> {
                for (int plane = 0; plane < mixed.length; plane += size * size) {
                    for (int row = top; row < bottom; row++) {
                        int from = plane + row * size + left;
                        System.arraycopy(other, from, mixed, from, right - left);
                    }
                }
            }
        }
        return mixed;
    }

    private static void mixTargets(Batch batch, float share) {
        FloatBuffer targets = batch.targets();
        int images = batch.pixels().images();
        int count = targets.remaining() / images;
        for (int image = 0; image < images / 2; image++) {
            int at = targets.position() + image * count;
            int opposite = targets.position() + (images - 1 - image) * count;
            for (int n = 0; n < count; n++) {
                float one = targets.get(at + n);
                float other = targets.get(opposite + n);
                targets.put(at + n, share * one + (1 - share) * other);
                targets.put(opposite + n, share * other + (1 - share) * one);
            }
        }
    }
}
