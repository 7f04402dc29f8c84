package io.deeptrain.video;

import java.time.Duration;
import java.util.Optional;

/** What may be asked of a decoder: each limit is said to whoever passes it. */
public final class VideoLimits {
    /** Of a file. */
    public static final int BYTES_MAX = 64 << 20;

    /** Of one frame. */
    public static final long PIXELS_MAX = 4096L * 2304;

    public static final Duration DURATION_MAX = Duration.ofMinutes(10);

    /** Of a file, looked at or not. */
    public static final int FRAMES_MAX = 100_000;

    /** Of one look at a video. */
    public static final int MOMENTS_MAX = 300;

    public static final int SAMPLE_MILLIS_MIN = 100;
    public static final int SAMPLE_MILLIS_MAX = 60_000;
    public static final int SAMPLE_MILLIS_DEFAULT = 1000;

    private VideoLimits() {}

    /** What is wrong with a frame of this size. */
    public static Optional<String> problemOfSize(int width, int height) {
        return width >= 1 && height >= 1 && (long) width * height <= PIXELS_MAX
                ? Optional.empty()
                : Optional.of(
                        "its frames have %d x %d pixels but must have 1 to %d".formatted(width, height, PIXELS_MAX));
    }

    /** What is wrong with a video of this length. */
    public static Optional<String> problemOfLength(long millis, long frames) {
        if (frames < 1) {
            return Optional.of("it has no frame outside of fragments, which are not read");
        }
        if (frames > FRAMES_MAX) {
            return Optional.of("it has %d frames but must have at most %d".formatted(frames, FRAMES_MAX));
        }
        return millis <= DURATION_MAX.toMillis()
                ? Optional.empty()
                : Optional.of("it lasts %d ms but must last at most %d".formatted(millis, DURATION_MAX.toMillis()));
    }

    /** What is wrong with looking so often. */
    public static Optional<String> problemOfSampling(int sampleMillis) {
        return sampleMillis >= SAMPLE_MILLIS_MIN && sampleMillis <= SAMPLE_MILLIS_MAX
                ? Optional.empty()
                : Optional.of("%d but must be %d to %d".formatted(sampleMillis, SAMPLE_MILLIS_MIN, SAMPLE_MILLIS_MAX));
    }
}
