package io.deeptrain.worker.augmentation;

import java.util.function.IntUnaryOperator;

/** What each value of a colour becomes. */
final class ColourTable {
    static final int VALUES = 256;

    private final byte[] table = new byte[VALUES];

    private ColourTable(IntUnaryOperator each) {
        for (int value = 0; value < VALUES; value++) {
            table[value] = (byte) Math.clamp(each.applyAsInt(value), 0, VALUES - 1);
        }
    }

    /** What is beyond the range becomes its end. */
    static ColourTable of(IntUnaryOperator each) {
        return new ColourTable(each);
    }

    /** From two values to the ends of the range. */
    static ColourTable stretching(int low, int high) {
        int span = high - low;
        return of(value -> Math.floorDiv(2 * (VALUES - 1) * (value - low) + span, 2 * span));
    }

    /**
     * So that about as many pixels come to each part of the range; the brightest value of all has no pixels above it.
     */
    static ColourTable equalizing(int[] counts) {
        int highest = VALUES - 1;
        int pixels = 0;
        for (int count : counts) {
            pixels += count;
        }
        while (highest > 0 && counts[highest] == 0) {
            highest--;
        }
        int step = (pixels - counts[highest]) / (VALUES - 1);
        if (step == 0) {
            return of(value -> value);
        }
        int[] equal = new int[VALUES];
        int below = step / 2;
        for (int value = 0; value < VALUES; value++) {
            equal[value] = below / step;
            below += counts[value];
        }
        return of(value -> equal[value]);
    }

    /** How many bytes have each value. */
    static int[] counts(byte[] image, int from, int length) {
        int[] counts = new int[VALUES];
        for (int at = from; at < from + length; at++) {
            counts[image[at] & 0xFF]++;
        }
        return counts;
    }

    /** To all colours of an image alike. */
    void apply(byte[] image) {
        apply(image, 0, image.length);
    }

    void apply(byte[] image, int from, int length) {
        for (int at = from; at < from + length; at++) {
            image[at] = table[image[at] & 0xFF];
        }
    }
}
