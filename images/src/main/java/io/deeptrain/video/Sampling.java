package io.deeptrain.video;

import java.util.ArrayList;
import java.util.List;

/**
 * Which frames of a video are looked at: the one that is shown at its beginning, and then each so many milliseconds.
 */
public sealed interface Sampling {
    record Moments(List<Moment> moments) implements Sampling {
        public Moments {
            moments = List.copyOf(moments);
        }
    }

    /** The video has more moments than are looked at; {@code reason} is for whoever asked. */
    record TooMany(String reason) implements Sampling {}

    /**
     * The moments from 0 up to the end of the video, without the end itself.
     *
     * @param startMillis when each frame begins to be shown, rising
     * @param clip what the video is
     * @param everyMillis at least 1
     */
    static Sampling of(long[] startMillis, Clip clip, int everyMillis) {
        long count = Math.max(1, Math.ceilDiv(clip.millis(), everyMillis));
        if (count > VideoLimits.MOMENTS_MAX) {
            return new TooMany(
                    "a video of %d ms has %d moments at sample_ms %d but at most %d are looked at: sample_ms must be at least %d"
                            .formatted(
                                    clip.millis(),
                                    count,
                                    everyMillis,
                                    VideoLimits.MOMENTS_MAX,
                                    Math.ceilDiv(clip.millis(), VideoLimits.MOMENTS_MAX)));
        }
        List<Moment> moments = new ArrayList<>();
        int frame = 0;
        for (int index = 0; index < count; index++) {
            long at = (long) index * everyMillis;
            while (frame + 1 < startMillis.length && startMillis[frame + 1] <= at) {
                frame++;
            }
            moments.add(new Moment(index, frame, at));
        }
        return new Moments(moments);
    }
}
