package io.deeptrain.event;

/**
 * What a training looks at of a video: the frame at its beginning, and then one each so many milliseconds. It is chosen
 * when the dataset is frozen, so that each attempt learns from the same frames, and their number is known beforehand.
 *
 * @param millis how long the video lasts
 * @param everyMillis how long it is from one frame that is looked at to the next
 */
public record Footage(long millis, int everyMillis) {
    /** Frames that follow more closely show much the same. */
    public static final int EVERY_MILLIS_MIN = 1000;

    /** Of a video: in a longer one they lie further apart, or one video would outweigh all images. */
    public static final int FRAMES_MAX = 32;

    public Footage {
        if (millis < 0 || everyMillis < 1 || frames(millis, everyMillis) > FRAMES_MAX) {
            throw new IllegalArgumentException(
                    "of a video are looked at 1 to %d frames: one each %d ms of %d ms is out of that"
                            .formatted(FRAMES_MAX, everyMillis, millis));
        }
    }

    /** One frame a second, or fewer, spread evenly, where that would be too many. */
    public static Footage of(long millis) {
        return new Footage(millis, Math.toIntExact(Math.max(EVERY_MILLIS_MIN, Math.ceilDiv(millis, FRAMES_MAX))));
    }

    /** How many frames are looked at: those before the end. */
    public int frames() {
        return Math.toIntExact(frames(millis, everyMillis));
    }

    private static long frames(long millis, int everyMillis) {
        return Math.max(1, Math.ceilDiv(millis, everyMillis));
    }
}
