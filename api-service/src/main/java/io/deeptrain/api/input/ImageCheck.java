package io.deeptrain.api.input;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Whether bytes are an image that a worker can read. The header is read first, so that a small file cannot unfold. */
public final class ImageCheck {
    public static final int BYTES_MAX = 20 << 20;

    /** As many as the workers decode, so that what is accepted can be trained. */
    public static final long PIXELS_MAX = 50_000_000;

    /** The image is decoded at no more than about this many pixels a side, which is enough to know that it decodes. */
    private static final int DECODED_SIDE = 256;

    private ImageCheck() {}

    /** What the bytes turned out to be. */
    public sealed interface Finding {
        record Decodable(int width, int height) implements Finding {}

        /** {@code reason} is for the tenant. */
        record Unreadable(String reason) implements Finding {}
    }

    public static Finding of(byte[] bytes) {
        if (bytes.length == 0) {
            return new Finding.Unreadable("the image is empty");
        }
        if (bytes.length > BYTES_MAX) {
            return new Finding.Unreadable(
                    "the image has %d bytes but must have at most %d".formatted(bytes.length, BYTES_MAX));
        }
        try (ImageInputStream stream = ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                return new Finding.Unreadable("the bytes are not an image; JPEG, PNG, GIF, BMP and WBMP are read");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream, true, true);
                return decoded(reader);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException damaged) {
            // The readers of the JDK answer damaged files with whatever they run into.
            return new Finding.Unreadable("the image is damaged: " + damaged.getMessage());
        }
    }

    private static Finding decoded(ImageReader reader) throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > PIXELS_MAX) {
            return new Finding.Unreadable(
                    "the image has %d x %d pixels but must have at most %d".formatted(width, height, PIXELS_MAX));
        }
        ImageReadParam param = reader.getDefaultReadParam();
        param.setSourceSubsampling(step(width), step(height), 0, 0);
        reader.read(0, param);
        return new Finding.Decodable(width, height);
    }

    /** By axis, or an image of a few pixels by millions would be decoded in whole. */
    private static int step(int side) {
        return Math.max(1, side / DECODED_SIDE);
    }
}
