package io.deeptrain.video.adapter.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.video.Clip;
import io.deeptrain.video.Moment;
import io.deeptrain.video.VideoLimits;
import io.deeptrain.video.adapter.process.Filmed.Patch;
import io.deeptrain.video.adapter.process.VideoReader.Reading;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VideoReaderTest {
    private static final int SIDE = 1000;
    private static final VideoReader READER = new VideoReader();

    private record Shown(Moment moment, BufferedImage image) {
        int brightness() {
            return image.getRGB(image.getWidth() * 3 / 4, image.getHeight() / 2) & 255;
        }
    }

    private static List<Shown> shown(byte[] file, int everyMillis) throws IOException {
        List<Shown> shown = new ArrayList<>();
        assertThat(READER.show(file, everyMillis, SIDE, (moment, image) -> shown.add(new Shown(moment, image))))
                .isInstanceOf(Reading.Shown.class);
        return shown;
    }

    private static String reason(byte[] file) throws IOException {
        assertThat(READER.probe(file)).isInstanceOf(Reading.Unreadable.class);
        return ((Reading.Unreadable) READER.probe(file)).reason();
    }

    @Test
    void a_video_says_what_it_is() throws IOException {
        assertThat(READER.probe(Filmed.h264(30, 10)))
                .isEqualTo(new Reading.Shown(new Clip("MP4 with H.264", 64, 48, 30, 3000)));
        assertThat(READER.probe(Filmed.motionJpeg(5, 2)))
                .isEqualTo(new Reading.Shown(new Clip("MP4 with Motion JPEG", 64, 48, 5, 2500)));
    }

    @Test
    void the_frame_of_each_moment_is_shown() throws IOException {
        List<Shown> shown = shown(Filmed.h264(30, 10), 700);
        assertThat(shown)
                .extracting(Shown::moment)
                .containsExactly(
                        new Moment(0, 0, 0),
                        new Moment(1, 7, 700),
                        new Moment(2, 14, 1400),
                        new Moment(3, 21, 2100),
                        new Moment(4, 28, 2800));
        List<Shown> all = shown(Filmed.h264(30, 10), 100);
        for (Shown each : shown) {
            assertThat(each.brightness())
                    .isCloseTo(Filmed.brightness(each.moment().frame()), within(16))
                    .isEqualTo(all.get(each.moment().frame()).brightness());
            assertThat(each.image().getRGB(4, 20) & 255).isLessThan(12);
        }
        assertThat(shown).extracting(Shown::brightness).doesNotHaveDuplicates().isSorted();
    }

    /** Of 300 frames more are to come than lie between the two processes. */
    @Test
    void a_closed_reader_ends_what_it_decodes_and_begins_nothing_more() throws IOException {
        VideoReader reader = new VideoReader();
        byte[] file = Filmed.h264(300, 10);
        List<Moment> seen = new ArrayList<>();
        assertThat(reader.show(file, 100, SIDE, (moment, _) -> {
                    seen.add(moment);
                    reader.close();
                }))
                .isEqualTo(new Reading.Unreadable("decoding it ended before its time"));
        assertThat(seen).hasSizeLessThan(300);
        assertThat(reader.probe(file)).isInstanceOf(Reading.Unreadable.class);
    }

    @Test
    void motion_jpeg_is_shown_too() throws IOException {
        List<Shown> shown = shown(Filmed.motionJpeg(6, 2), 1000);
        assertThat(shown).extracting(each -> each.moment().frame()).containsExactly(0, 2, 4);
        assertThat(shown.get(2).brightness()).isCloseTo(Filmed.brightness(4), within(4));
    }

    @Test
    void a_large_frame_is_decoded_to_about_the_side_that_is_wanted() throws IOException {
        List<BufferedImage> images = new ArrayList<>();
        READER.show(Filmed.h264(1, 10), 1000, 16, (_, image) -> images.add(image));
        assertThat(images).hasSize(1);
        assertThat(images.getFirst().getWidth()).isEqualTo(16);
        assertThat(images.getFirst().getHeight()).isEqualTo(16);
    }

    private static BufferedImage filled(int width, int height, Color colour) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        pen.setColor(colour);
        pen.fillRect(0, 0, width, height);
        pen.dispose();
        return image;
    }

    @Test
    void patches_of_an_animated_gif_lie_on_what_was_there_before() throws IOException {
        byte[] file = Filmed.gif(List.of(
                new Patch(filled(20, 10, Color.RED), 0, 0, "doNotDispose", 10),
                new Patch(filled(5, 5, Color.GREEN), 10, 5, "restoreToPrevious", 10),
                new Patch(filled(5, 5, Color.BLUE), 0, 0, "restoreToBackgroundColor", 10),
                new Patch(filled(1, 1, Color.BLACK), 19, 9, "none", 1)));
        List<Shown> shown = shown(file, 100);
        assertThat(shown).extracting(each -> each.moment().frame()).containsExactly(0, 1, 2, 3);
        assertThat(shown)
                .extracting(each -> new Color(each.image().getRGB(12, 7)))
                .containsExactly(Color.RED, Color.GREEN, Color.RED, Color.RED);
        assertThat(shown)
                .extracting(each -> new Color(each.image().getRGB(2, 2)))
                .containsExactly(Color.RED, Color.RED, Color.BLUE, Color.WHITE);
        assertThat(((Reading.Shown) READER.probe(file)).clip()).isEqualTo(new Clip("animated GIF", 20, 10, 4, 400));
    }

    @Test
    void a_file_of_another_kind_is_refused_by_its_name() throws IOException {
        assertThat(reason(new byte[] {0x1a, 0x45, (byte) 0xdf, (byte) 0xa3, 1, 2, 3, 4}))
                .isEqualTo("its bytes are WebM or Matroska; MP4 and QuickTime with H.264 or Motion JPEG, "
                        + "and animated GIF are read");
        assertThat(reason("RIFF....AVI ".getBytes(StandardCharsets.US_ASCII))).startsWith("its bytes are AVI");
        assertThat(reason(new byte[0])).startsWith("its bytes are no video");
    }

    @Test
    void a_codec_that_is_not_decoded_is_refused_by_its_name() throws IOException {
        byte[] file = Filmed.motionJpeg(2, 2);
        byte[] other = new String(file, StandardCharsets.ISO_8859_1)
                .replace("jpeg", "hvc1")
                .getBytes(StandardCharsets.ISO_8859_1);
        assertThat(reason(other)).isEqualTo("its frames are coded as 'hvc1' but must be coded as H.264 or Motion JPEG");
    }

    @Test
    void more_bytes_than_are_taken_are_refused() throws IOException {
        assertThat(reason(new byte[VideoLimits.BYTES_MAX + 1]))
                .isEqualTo("it has 67108865 bytes but must have at most 67108864");
    }

    @ParameterizedTest
    @ValueSource(ints = {99, 60_001})
    void looking_too_often_or_too_seldom_is_refused(int everyMillis) {
        assertThatThrownBy(() -> READER.show(new byte[0], everyMillis, SIDE, (_, _) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sample_ms is %d but must be 100 to 60000", everyMillis);
    }

    @Test
    void a_video_that_lasts_too_long_is_refused() throws IOException {
        assertThat(reason(Filmed.gif(List.of(
                        new Patch(filled(2, 2, Color.RED), 0, 0, "none", 60_000),
                        new Patch(filled(2, 2, Color.RED), 0, 0, "none", 1)))))
                .isEqualTo("it lasts 600100 ms but must last at most 600000");
    }

    @Test
    void frames_of_more_pixels_than_are_decoded_are_refused() throws IOException {
        byte[] file = Filmed.gif(List.of(new Patch(filled(2, 2, Color.RED), 0, 0, "none", 10)));
        ByteBuffer.wrap(file)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putShort(6, (short) 65535)
                .putShort(8, (short) 65535);
        assertThat(reason(file)).isEqualTo("its frames have 65535 x 65535 pixels but must have 1 to 9437184");
    }

    /** Where the sizes in the container lie, those in the stream are what counts. */
    @Test
    void a_stream_that_lies_about_its_size_is_refused() throws IOException {
        byte[] file = Filmed.h264(3, 10);
        String text = new String(file, StandardCharsets.ISO_8859_1);
        int at = text.lastIndexOf("avc1") + 4 + 24;
        assertThat(ByteBuffer.wrap(file).getShort(at)).isEqualTo((short) Filmed.WIDTH);
        ByteBuffer.wrap(file).putShort(at, (short) 16).putShort(at + 2, (short) 16);
        assertThat(reason(file)).startsWith("it is damaged");
    }

    @Test
    void a_truncated_file_is_refused_wherever_it_ends() throws IOException {
        byte[] file = Filmed.h264(8, 10);
        for (int cut = 1; cut <= 8; cut++) {
            assertThat(READER.probe(Arrays.copyOf(file, file.length * cut / 9))).isInstanceOf(Reading.Unreadable.class);
        }
    }

    /** Whatever its bytes make of the decoder, the file costs its own rejection, within the limit of time. */
    @Test
    void mutated_files_harm_nobody() throws IOException {
        long seed = Long.getLong("video.seed", 7);
        Random random = new Random(seed);
        byte[] good = Filmed.h264(8, 10);
        VideoReader reader = new VideoReader(Duration.ofSeconds(10));
        int refused = 0;
        for (int round = 0; round < 25; round++) {
            byte[] bad = good.clone();
            for (int i = 0; i < 1 + random.nextInt(40); i++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            refused += reader.show(bad, 100, SIDE, (_, _) -> {}) instanceof Reading.Unreadable ? 1 : 0;
        }
        assertThat(refused).as("seed %d", seed).isPositive();
        assertThat(reader.probe(good)).isInstanceOf(Reading.Shown.class);
    }

    @Test
    void a_video_that_takes_too_long_is_given_up() throws IOException {
        assertThat(new VideoReader(Duration.ofMillis(1)).probe(Filmed.h264(8, 10)))
                .isEqualTo(new Reading.Unreadable("decoding it took longer than 0 seconds"));
    }

    @Test
    void what_the_screen_takes_is_not_counted() throws IOException {
        Duration limit = Duration.ofSeconds(6);
        long[] slept = {0};
        Reading reading = new VideoReader(limit).show(Filmed.h264(8, 1), 1000, SIDE, (moment, _) -> {
            long until = System.nanoTime()
                    + (moment.index() == 0 ? limit.plusMillis(200).toNanos() : 0);
            while (System.nanoTime() < until) {
                slept[0]++;
                Thread.onSpinWait();
            }
        });
        assertThat(slept[0]).isPositive();
        assertThat(reading).isInstanceOf(Reading.Shown.class);
    }

    @Test
    void a_failing_screen_ends_the_show() {
        assertThatThrownBy(() -> READER.show(Filmed.h264(8, 10), 100, SIDE, (_, _) -> {
                    throw new IOException("curtain");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("curtain");
    }
}
