package io.deeptrain.api.input;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.input.ImageCheck.Finding;
import io.deeptrain.api.input.ImageCheck.Finding.Decodable;
import io.deeptrain.api.input.ImageCheck.Finding.Unreadable;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageCheckTest {
    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif", "bmp"})
    void an_image_of_a_usual_format_is_decodable(String format) throws IOException {
        assertThat(ImageCheck.of(image(format, 20, 10))).isEqualTo(new Decodable(20, 10));
    }

    /** The last two are read in steps, which differ by axis. */
    @ParameterizedTest
    @CsvSource({"1,1", "1,300", "300,1", "255,256", "511,513", "20000,3", "3,20000"})
    void an_image_may_have_any_shape(int width, int height) throws IOException {
        assertThat(ImageCheck.of(image("png", width, height))).isEqualTo(new Decodable(width, height));
    }

    @Test
    void an_image_may_have_fifty_million_pixels_and_none_more() throws IOException {
        assertThat(ImageCheck.of(blackAndWhite(10_000, 5_000))).isEqualTo(new Decodable(10_000, 5_000));
        assertThat(ImageCheck.of(blackAndWhite(10_001, 5_000)))
                .isEqualTo(new Unreadable("the image has 10001 x 5000 pixels but must have at most 50000000"));
    }

    /** A width and height whose product does not fit an int. */
    @Test
    void a_small_file_that_would_unfold_is_refused_by_its_header() throws IOException {
        byte[] bytes = image("png", 1, 1);
        int width = 16;
        Arrays.fill(bytes, width, width + 8, (byte) 0);
        bytes[width + 1] = 1;
        bytes[width + 5] = 1;
        assertThat(ImageCheck.of(bytes))
                .isEqualTo(new Unreadable("the image has 65536 x 65536 pixels but must have at most 50000000"));
    }

    @Test
    void only_so_many_bytes_are_looked_at() {
        assertUnreadable(ImageCheck.of(new byte[ImageCheck.BYTES_MAX]), "the bytes are not an image");
        assertUnreadable(ImageCheck.of(new byte[ImageCheck.BYTES_MAX + 1]), "20971521 bytes but must have at most");
    }

    @Test
    void what_is_no_image_is_said_to_be_none() {
        assertUnreadable(ImageCheck.of(new byte[0]), "the image is empty");
        assertUnreadable(ImageCheck.of(bytes("<svg/>")), "the bytes are not an image; JPEG, PNG");
        assertUnreadable(ImageCheck.of(bytes("GIF89")), "the bytes are not an image");
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif", "bmp"})
    void an_image_whose_header_is_cut_is_damaged(String format) throws IOException {
        byte[] whole = image(format, 200, 100);
        for (int length = 1; length < 24; length++) {
            assertThat(ImageCheck.of(Arrays.copyOf(whole, length))).isInstanceOf(Unreadable.class);
        }
    }

    @Test
    void a_png_that_is_cut_or_altered_is_damaged() throws IOException {
        byte[] whole = image("png", 200, 100);
        assertUnreadable(ImageCheck.of(Arrays.copyOf(whole, whole.length / 2)), "the image is damaged");
        byte[] altered = whole.clone();
        Arrays.fill(altered, whole.length / 2, whole.length / 2 + 20, (byte) 0x55);
        assertUnreadable(ImageCheck.of(altered), "the image is damaged");
    }

    private static void assertUnreadable(Finding finding, String reason) {
        assertThat(finding)
                .isInstanceOfSatisfying(
                        Unreadable.class,
                        unreadable -> assertThat(unreadable.reason()).contains(reason));
    }

    /** Of noise, so that its bytes mean something up to the end. */
    private static byte[] image(String format, int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int pixel = 1;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                pixel = pixel * 1_664_525 + 1_013_904_223;
                image.setRGB(x, y, pixel >>> 8);
            }
        }
        return written(format, image);
    }

    private static byte[] blackAndWhite(int width, int height) throws IOException {
        return written("png", new BufferedImage(width, height, BufferedImage.TYPE_BYTE_BINARY));
    }

    private static byte[] written(String format, BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
