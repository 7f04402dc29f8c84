package io.deeptrain.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.image.ImageFile.Reading;
import io.deeptrain.image.ImageFile.Reading.Image;
import io.deeptrain.image.ImageFile.Reading.Unreadable;
import java.awt.Color;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFileTest {
    private static final int SIDE = 64;
    private static final int MUTATIONS = Integer.getInteger("deeptrain.images.mutations", 1_000);
    private static final int COLOUR_ERROR_MAX = 4;

    private static Image read(byte[] file) {
        Reading reading = ImageFile.read(file, SIDE);
        assertThat(reading).isInstanceOf(Image.class);
        return (Image) reading;
    }

    private static void assertColour(Image image, int x, int y, int colour) {
        Color seen = new Color(image.pixels().getRGB(x, y));
        Color expected = new Color(colour);
        assertThat(Math.max(
                        Math.abs(seen.getRed() - expected.getRed()),
                        Math.max(
                                Math.abs(seen.getGreen() - expected.getGreen()),
                                Math.abs(seen.getBlue() - expected.getBlue()))))
                .as("%s is near %s", seen, expected)
                .isLessThanOrEqualTo(COLOUR_ERROR_MAX);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "gif", "jpeg"})
    void an_image_of_a_usual_format_is_read(String format) {
        Image image = read(Drawn.file(Drawn.filled(50, 20, BufferedImage.TYPE_INT_RGB, new Color(0xFF6600)), format));
        assertThat(image.width()).isEqualTo(50);
        assertThat(image.height()).isEqualTo(20);
        assertColour(image, 25, 10, 0xFF6600);
    }

    @Test
    void webp_is_read() {
        Image image = read(Drawn.webp(30, 17, new Color(0x0CC863)));
        assertThat(image.width()).isEqualTo(30);
        assertColour(image, 29, 16, 0x0CC863);
    }

    @ParameterizedTest
    @CsvSource({"0, 255, 255, 0, FF0000", "255, 0, 255, 0, 00FF00", "0, 0, 0, 0, FFFFFF", "0, 0, 0, 255, 000000"})
    void the_inks_of_a_printers_jpeg_become_light(int cyan, int magenta, int yellow, int black, String light)
            throws IOException {
        assertColour(read(Drawn.inked(cyan, magenta, yellow, black)), 8, 8, Integer.parseInt(light, 16));
    }

    /** Each quarter has a colour of its own, which tells where it is. */
    private static BufferedImage signpost() {
        BufferedImage image = new BufferedImage(48, 32, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 32; y++) {
            for (int x = 0; x < 48; x++) {
                int colour = x < 24 ? 0xFF0000 : 0x0000FF;
                image.setRGB(x, y, y < 16 ? colour | 0x00FF00 : colour);
            }
        }
        return image;
    }

    /** Where the file's first row and first column are seen, as TIFF 6.0 defines it for each value. */
    @ParameterizedTest
    @CsvSource({
        "1, 48, 32, FFFF00, 00FFFF, FF0000, 0000FF",
        "2, 48, 32, 00FFFF, FFFF00, 0000FF, FF0000",
        "3, 48, 32, 0000FF, FF0000, 00FFFF, FFFF00",
        "4, 48, 32, FF0000, 0000FF, FFFF00, 00FFFF",
        "5, 32, 48, FFFF00, FF0000, 00FFFF, 0000FF",
        "6, 32, 48, FF0000, FFFF00, 0000FF, 00FFFF",
        "7, 32, 48, 0000FF, 00FFFF, FF0000, FFFF00",
        "8, 32, 48, 00FFFF, 0000FF, FFFF00, FF0000"
    })
    void an_image_is_turned_upright_as_its_camera_says(
            int orientation,
            int width,
            int height,
            String topLeft,
            String topRight,
            String bottomLeft,
            String bottomRight) {
        Image image = read(Drawn.held(signpost(), orientation));
        assertThat(image.width()).isEqualTo(width);
        assertThat(image.height()).isEqualTo(height);
        assertColour(image, 4, 4, Integer.parseInt(topLeft, 16));
        assertColour(image, width - 5, 4, Integer.parseInt(topRight, 16));
        assertColour(image, 4, height - 5, Integer.parseInt(bottomLeft, 16));
        assertColour(image, width - 5, height - 5, Integer.parseInt(bottomRight, 16));
    }

    private static BufferedImage grey(int bits, boolean alpha, int grey, int opacity) {
        ColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_GRAY),
                alpha,
                false,
                alpha ? ColorModel.TRANSLUCENT : ColorModel.OPAQUE,
                bits == Byte.SIZE ? DataBuffer.TYPE_BYTE : DataBuffer.TYPE_USHORT);
        WritableRaster raster = model.createCompatibleWritableRaster(8, 8);
        for (int y = 0; y < 8; y++) {
            for (int x = 0; x < 8; x++) {
                raster.setSample(x, y, 0, grey);
                if (alpha) {
                    raster.setSample(x, y, 1, opacity);
                }
            }
        }
        return new BufferedImage(model, raster, false, null);
    }

    @Test
    void the_same_grey_looks_the_same_however_it_is_stored() {
        BufferedImage plain = Drawn.filled(8, 8, BufferedImage.TYPE_BYTE_GRAY, new Color(0x808080));
        assertColour(read(Drawn.file(plain, "jpeg")), 3, 3, 0x808080);
        assertColour(read(Drawn.file(grey(8, false, 128, 0), "png")), 3, 3, 0x808080);
        assertColour(read(Drawn.file(grey(8, true, 128, 255), "png")), 3, 3, 0x808080);
        assertColour(read(Drawn.file(grey(16, false, 128 << 8, 0), "png")), 3, 3, 0x808080);
        assertColour(read(Drawn.file(grey(16, true, 128 << 8, 65_535), "png")), 3, 3, 0x808080);
    }

    @Test
    void what_is_clear_becomes_white() {
        assertColour(read(Drawn.file(grey(8, true, 0, 0), "png")), 3, 3, 0xFFFFFF);
        assertColour(read(Drawn.file(grey(8, true, 0, 128), "png")), 3, 3, 0x7F7F7F);
        assertColour(read(Drawn.file(new BufferedImage(8, 8, BufferedImage.TYPE_INT_ARGB), "png")), 3, 3, 0xFFFFFF);
    }

    @Test
    void a_large_image_is_decoded_no_larger_than_wanted() {
        Image image = read(Drawn.file(Drawn.noise(1_000, 70), "png"));
        assertThat(image.width()).isEqualTo(1_000);
        assertThat(image.pixels().getWidth()).isBetween(SIDE, 2 * SIDE);
        assertThat(image.pixels().getHeight()).isEqualTo(70);
    }

    @Test
    void a_few_bytes_that_claim_gigabytes_of_pixels_are_refused_by_their_header() {
        assertThat(ImageFile.read(Drawn.pngHeader(100_000, 100_000), SIDE))
                .isEqualTo(new Unreadable("the image has 100000 x 100000 pixels but must have at most 50000000"));
        assertThat(ImageFile.read(Drawn.webp(16_384, 16_384, Color.RED), SIDE))
                .isEqualTo(new Unreadable("the image has 16384 x 16384 pixels but must have at most 50000000"));
    }

    @Test
    void a_row_that_no_jpeg_could_have_is_refused_by_its_header() {
        String reason = "the image has %s pixels but must have at most 65535 a side";
        assertThat(ImageFile.read(Drawn.pngHeader(65_536, 1), SIDE))
                .isEqualTo(new Unreadable(reason.formatted("65536 x 1")));
        assertThat(ImageFile.read(Drawn.pngHeader(1, 65_536), SIDE))
                .isEqualTo(new Unreadable(reason.formatted("1 x 65536")));
        assertThat(read(Drawn.file(new BufferedImage(65_535, 1, BufferedImage.TYPE_BYTE_GRAY), "png"))
                        .width())
                .isEqualTo(65_535);
    }

    @Test
    void what_is_no_image_is_said_to_be_none() {
        assertThat(ImageFile.read(new byte[0], SIDE))
                .isEqualTo(new Unreadable("the bytes are not an image; JPEG, PNG, GIF, BMP and WebP are read"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "gif", "jpeg"})
    void half_an_image_is_damaged(String format) {
        byte[] file = Drawn.file(Drawn.noise(128, 128), format);
        assertThat(ImageFile.read(Arrays.copyOf(file, file.length / 2), SIDE))
                .isInstanceOfSatisfying(
                        Unreadable.class,
                        unreadable -> assertThat(unreadable.reason()).startsWith("the image is damaged"));
    }

    @Test
    void a_webp_that_ends_too_early_is_said_to() {
        byte[] lossless = Drawn.webp(40, 40, Color.ORANGE);
        byte[] lossy = Drawn.lossyWebp(64, 64);
        for (byte[] file : List.of(lossless, lossy)) {
            assertThat(ImageFile.read(file, SIDE)).isInstanceOf(Image.class);
            for (int length = 34; length < Math.min(file.length, 80) - 2; length++) {
                assertThat(ImageFile.read(Arrays.copyOf(file, length), SIDE))
                        .as("%d of %d bytes", length, file.length)
                        .isEqualTo(new Unreadable("the image is damaged: it ends too early"));
            }
        }
    }

    /** More of them by {@code -Ddeeptrain.images.mutations=}. */
    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "gif", "jpeg", "webp"})
    void damage_is_answered_and_never_thrown(String format) {
        byte[] file =
                format.equals("webp") ? Drawn.webp(40, 40, Color.ORANGE) : Drawn.file(Drawn.noise(40, 40), format);
        for (long seed = 0; seed < MUTATIONS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] damaged = Arrays.copyOf(file, random.nextInt(8) == 0 ? random.nextInt(file.length) : file.length);
            for (int n = random.nextInt(8); n >= 0 && damaged.length > 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            Reading reading = ImageFile.read(damaged, SIDE);
            assertThat(reading).as("%s damaged by seed %d", format, seed).isNotNull();
            if (reading instanceof Unreadable(String reason)) {
                assertThat(reason)
                        .as("%s damaged by seed %d", format, seed)
                        .doesNotContain("null")
                        .doesNotEndWith(": ");
            }
        }
    }
}
