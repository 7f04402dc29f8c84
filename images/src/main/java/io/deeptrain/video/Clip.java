package io.deeptrain.video;

/**
 * What a video is.
 *
 * @param format as a user would say it, as in {@code MP4 with H.264}
 * @param width of its frames as they are to be seen, in pixels
 * @param height of its frames as they are to be seen, in pixels
 * @param frames how many it has
 * @param millis how long it lasts
 */
public record Clip(String format, int width, int height, int frames, long millis) {
    public Clip {
        if (width < 1 || height < 1 || frames < 1 || millis < 0) {
            throw new IllegalArgumentException(
                    "no video has %d x %d pixels, %d frames and %d ms".formatted(width, height, frames, millis));
        }
    }
}
