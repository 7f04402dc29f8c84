package io.deeptrain.worker.data;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes one image into square RGB pixels. The header is read first, because a few kilobytes can claim to be gigabytes
 * of pixels.
 */
public final class ImageDecoder {
    public static final long PIXELS_MAX = 50_000_000;
    public static final long BYTES_MAX = 100_000_000;
    public static final int COLOURS = 3;

    private static final Set<String> FORMATS = Set.of("jpeg", "png", "gif", "bmp");

    static {
        // Without this every image goes through a temporary file.
        ImageIO.setUseCache(false);
    }

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

    /** Scales whatever shape the image has to {@code size} by {@code size}; grey becomes RGB, clear becomes white. */
    public static Outcome decode(byte[] file, int size) {
        if (file.length > BYTES_MAX) {
            return new Outcome.Invalid("image has %d bytes, more than %d".formatted(file.length, BYTES_MAX));
        }
        try (ImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
            while (readers.hasNext()) {
                ImageReader reader = readers.next();
                try {
                    if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
                        reader.setInput(input, true, true);
                        return decode(reader, size);
                    }
                } finally {
                    reader.dispose();
                }
            }
            return new Outcome.Invalid("not a JPEG, PNG, GIF or BMP image");
        } catch (IOException | RuntimeException | OutOfMemoryError broken) {
            // The platform's decoders answer damage with all of these.
            return new Outcome.Invalid("image cannot be decoded: " + broken.getMessage());
        }
    }

    private static Outcome decode(ImageReader reader, int size) throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > PIXELS_MAX) {
            return new Outcome.Invalid(
                    "image is %d by %d pixels, more than %d in all".formatted(width, height, PIXELS_MAX));
        }
        ImageReadParam wanted = reader.getDefaultReadParam();
        int coarser = Math.max(1, Math.min(width, height) / (4 * size));
        wanted.setSourceSubsampling(coarser, coarser, 0, 0);
        return new Outcome.Decoded(new Pixels(planes(scaled(reader.read(0, wanted), size))));
    }

    /** Halves until one smooth step is left, because bilinear scaling looks at four pixels only. */
    private static BufferedImage scaled(BufferedImage image, int size) {
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
            pen.drawImage(image, 0, 0, width, height, Color.WHITE, null);
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
