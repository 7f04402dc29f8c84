package io.deeptrain.event;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a frame of a video is called where images are called by the input that they are of: {@code holiday@3000ms}. The
 * milliseconds are those of {@code frame_info.time} in a prediction.
 */
public record FrameId(String inputId, long millis) {
    private static final Pattern TEXT = Pattern.compile("(.+)@([0-9]{1,9})ms", Pattern.DOTALL);

    @Override
    public String toString() {
        return "%s@%dms".formatted(inputId, millis);
    }

    /** The input that an image is of, which may be a frame of a video. */
    public static String inputId(String image) {
        Matcher frame = TEXT.matcher(image);
        return frame.matches() ? frame.group(1) : image;
    }
}
