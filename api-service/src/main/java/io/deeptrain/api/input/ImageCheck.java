package io.deeptrain.api.input;

import io.deeptrain.image.ImageFile;
import io.deeptrain.image.ImageFile.Reading;

/** Whether bytes are an image that a worker can read. */
public final class ImageCheck {
    public static final int BYTES_MAX = 20 << 20;

    /** The image is decoded at about this many pixels a side, which is enough to know that it decodes. */
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
        return switch (ImageFile.read(bytes, DECODED_SIDE)) {
            case Reading.Image(var _, int width, int height) -> new Finding.Decodable(width, height);
            case Reading.Unreadable(String reason) -> new Finding.Unreadable(reason);
        };
    }
}
