package io.deeptrain.video;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SamplingTest {
    private static Clip clip(int frames, long millis) {
        return new Clip("MP4 with H.264", 64, 48, frames, millis);
    }

    @Test
    void each_moment_shows_the_frame_that_began_last() {
        long[] starts = {0, 400, 1000, 1001, 2500};
        assertThat(Sampling.of(starts, clip(5, 3000), 1000))
                .isEqualTo(new Sampling.Moments(
                        List.of(new Moment(0, 0, 0), new Moment(1, 2, 1000), new Moment(2, 3, 2000))));
    }

    @Test
    void the_end_itself_is_no_moment_but_what_begins_before_it_is() {
        long[] starts = {0};
        assertThat(Sampling.of(starts, clip(1, 1000), 1000))
                .isEqualTo(new Sampling.Moments(List.of(new Moment(0, 0, 0))));
        assertThat(Sampling.of(starts, clip(1, 1001), 1000))
                .isEqualTo(new Sampling.Moments(List.of(new Moment(0, 0, 0), new Moment(1, 0, 1000))));
    }

    @Test
    void a_video_without_length_shows_its_first_frame() {
        assertThat(Sampling.of(new long[] {0}, clip(1, 0), 1000))
                .isEqualTo(new Sampling.Moments(List.of(new Moment(0, 0, 0))));
    }

    @Test
    void more_moments_than_are_looked_at_are_refused_with_what_would_do() {
        long[] starts = LongStream.range(0, 3010).map(n -> n * 10).toArray();
        assertThat(Sampling.of(starts, clip(3010, 30_100), 100))
                .isEqualTo(new Sampling.TooMany(
                        "a video of 30100 ms has 301 moments at sample_ms 100 but at most 300 are looked at: "
                                + "sample_ms must be at least 101"));
        assertThat(Sampling.of(starts, clip(3010, 30_100), 101)).isInstanceOf(Sampling.Moments.class);
    }
}
