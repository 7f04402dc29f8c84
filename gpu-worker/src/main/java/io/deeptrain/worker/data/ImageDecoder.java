package io.deeptrain.worker.data;

import io.deeptrain.image.ImageFile;
import io.deeptrain.image.ImageFile.Reading;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/** Decodes one image into square RGB pixels. */
public final class ImageDecoder {
    public static final long BYTES_MAX = 100_000_000;
    public static final int COLOURS = 3;

    /** An image is decoded so many times finer than it is wanted, where it is, so that scaling can average. */
    private static final int FINER = 4;

    /** What became of an image. */
    public sealed interface Outcome {
        /** The pixels in the order colour, row, column. */
        record Decoded(Pixels pixels) implements Outcome {}

        /** Not an image that can be used, and why: a sentence for whoever uploaded it. */
        record Invalid(String reason) implements Outcome {}
    }

    /** Bytes that are compared by what they hold. */
    public static final class Pixels {
        private final byte[] bytes;

        Pixels(byte[] bytes) {
            this.bytes = bytes;
        }

        public byte[] bytes() {
            return bytes;
        }
    }

    private ImageDecoder() {}

    /** Scales whatever shape the image has to {@code size} by {@code size}, upright. */
    public static Outcome decode(byte[] file, int size) {
        if (file.length > BYTES_MAX) {
            return new Outcome.Invalid("image has %d bytes, more than %d".formatted(file.length, BYTES_MAX));
        }
        return switch (ImageFile.read(file, decodedSide(size))) {
            case Reading.Image(BufferedImage image, var _, var _) -> of(image, size);
            case Reading.Unreadable(String reason) -> new Outcome.Invalid(reason);
        };
    }

    /** The side to which a frame of a video is decoded before {@link #of} scales it. */
    public static int decodedSide(int size) {
        return FINER * size;
    }

    /** Scales an upright image of packed RGB, whatever its shape. */
    public static Outcome.Decoded of(BufferedImage image, int size) {
        return new Outcome.Decoded(new Pixels(planes(square(image, size))));
    }

    /**
     * Squeezes an upright image to a square. Halves until one smooth step is left, because bilinear scaling looks at
     * four pixels only.
     */
    public static BufferedImage square(BufferedImage image, int size) {
        BufferedImage current = image;
        int width = image.getWidth();
        int height = image.getHeight();
        do {
            width = Math.max(size, width / 2);
            height = Math.max(size, height / 2);
            current = drawn(current, width, height);
        } while (width != size || height != size);
        return current;
    }

    private static BufferedImage drawn(BufferedImage image, int width, int height) {
        BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = canvas.createGraphics();
        try {
            pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            pen.drawImage(image, 0, 0, width, height, null);
        } finally {
            pen.dispose();
        }
        return canvas;
    }

    private static byte[] planes(BufferedImage image) {
        int size = image.getWidth();
        int[] packed = image.getRGB(0, 0, size, size, null, 0, size);
        byte[] planes = new byte[COLOURS * packed.length];
        for (int i = 0; i < packed.length; i++) {
            planes[i] = (byte) (packed[i] >> 16);
            planes[packed.length + i] = (byte) (packed[i] >> 8);
            planes[2 * packed.length + i] = (byte) packed[i];
        }
        return planes;
    }
}
