package io.deeptrain.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FootageTest {
    /** How long a video lasts, how often it is looked at, and how many times. */
    @ParameterizedTest
    @CsvSource({
        "0, 1000, 1",
        "1, 1000, 1",
        "1000, 1000, 1",
        "1001, 1000, 2",
        "32000, 1000, 32",
        "32001, 1001, 32",
        "33000, 1032, 32",
        "600000, 18750, 32",
    })
    void a_frame_a_second_is_looked_at_and_fewer_of_long_videos(long millis, int everyMillis, int frames) {
        Footage footage = Footage.of(millis);
        assertThat(footage).isEqualTo(new Footage(millis, everyMillis));
        assertThat(footage.frames()).isEqualTo(frames);
    }

    @Test
    void more_frames_than_one_video_may_have_are_no_footage() {
        assertThat(new Footage(32_000, 1000).frames()).isEqualTo(Footage.FRAMES_MAX);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Footage(32_001, 1000))
                .withMessage("of a video are looked at 1 to 32 frames: one each 1000 ms of 32001 ms is out of that");
        assertThatIllegalArgumentException().isThrownBy(() -> new Footage(-1, 1000));
        assertThatIllegalArgumentException().isThrownBy(() -> new Footage(1, 0));
    }

    @Test
    void a_frame_is_called_by_its_input_and_its_moment() {
        assertThat(new FrameId("holiday", 3000)).hasToString("holiday@3000ms");
        assertThat(FrameId.inputId("holiday@3000ms")).isEqualTo("holiday");
        assertThat(FrameId.inputId("me@home@0ms")).isEqualTo("me@home");
        assertThat(FrameId.inputId("holiday")).isEqualTo("holiday");
        assertThat(FrameId.inputId("me@home")).isEqualTo("me@home");
        assertThat(FrameId.inputId("holiday@3000ms.png")).isEqualTo("holiday@3000ms.png");
        assertThat(FrameId.inputId("@3ms")).isEqualTo("@3ms");
    }
}
