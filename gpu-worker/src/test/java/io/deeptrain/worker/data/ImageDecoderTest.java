package io.deeptrain.worker.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.data.ImageDecoder.Outcome.Decoded;
import io.deeptrain.worker.data.ImageDecoder.Outcome.Invalid;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
    private static final int SIZE = 32;

    private static byte[] file(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        assertThat(javax.imageio.ImageIO.write(image, format, file)).isTrue();
        return file.toByteArray();
    }

    private static BufferedImage filled(int width, int height, int type, Color colour) {
        BufferedImage image = new BufferedImage(width, height, type);
        Graphics2D pen = image.createGraphics();
        pen.setColor(colour);
        pen.fillRect(0, 0, width, height);
        pen.dispose();
        return image;
    }

    private static byte[] pixels(byte[] file) {
        return ((Decoded) ImageDecoder.decode(file, SIZE)).pixels().bytes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "gif", "jpeg"})
    void an_image_becomes_planes_of_red_green_and_blue(String format) throws IOException {
        byte[] pixels = pixels(file(filled(50, 20, BufferedImage.TYPE_INT_RGB, new Color(255, 102, 0)), format));
        assertThat(pixels).hasSize(3 * SIZE * SIZE);
        assertThat(pixels[500] & 0xFF).isBetween(250, 255);
        assertThat(pixels[SIZE * SIZE + 500] & 0xFF).isBetween(96, 108);
        assertThat(pixels[2 * SIZE * SIZE + 500] & 0xFF).isBetween(0, 5);
    }

    @Test
    void grey_becomes_three_equal_planes_and_clear_becomes_white() throws IOException {
        byte[] grey = pixels(file(filled(32, 32, BufferedImage.TYPE_BYTE_GRAY, Color.GRAY), "png"));
        assertThat(Arrays.copyOfRange(grey, 0, SIZE * SIZE))
                .isEqualTo(Arrays.copyOfRange(grey, 2 * SIZE * SIZE, 3 * SIZE * SIZE));
        byte[] clear = pixels(file(new BufferedImage(8, 8, BufferedImage.TYPE_INT_ARGB), "png"));
        assertThat(clear).containsOnly(0xFF);
    }

    @Test
    void a_large_image_is_averaged_and_not_sampled() throws IOException {
        BufferedImage stripes = new BufferedImage(120, 120, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 120; y++) {
            for (int x = 0; x < 120; x += 2) {
                stripes.setRGB(x, y, 0xFFFFFF);
            }
        }
        byte[] pixels = pixels(file(stripes, "png"));
        for (byte pixel : pixels) {
            assertThat(pixel & 0xFF).isBetween(90, 165);
        }
    }

    @Test
    void a_few_bytes_that_claim_gigabytes_of_pixels_are_refused_by_their_header() {
        assertThat(ImageDecoder.decode(pngHeader(100_000, 100_000), SIZE))
                .isEqualTo(new Invalid("image is 100000 by 100000 pixels, more than 50000000 in all"));
    }

    /** A PNG of this size as far as its header tells, with no pixels. */
    private static byte[] pngHeader(int width, int height) {
        ByteBuffer header = ByteBuffer.allocate(17).put("IHDR".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        header.putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(header.array());
        return ByteBuffer.allocate(8 + 4 + 17 + 4)
                .putLong(0x89504E470D0A1A0AL)
                .putInt(13)
                .put(header.array())
                .putInt((int) crc.getValue())
                .array();
    }

    @Test
    void what_is_no_image_is_said_to_be_none() {
        assertThat(ImageDecoder.decode(new byte[0], SIZE)).isEqualTo(new Invalid("not a JPEG, PNG, GIF or BMP image"));
    }

    @Test
    void a_truncated_image_is_invalid() throws IOException {
        byte[] file = file(filled(64, 64, BufferedImage.TYPE_INT_RGB, Color.RED), "png");
        assertThat(ImageDecoder.decode(Arrays.copyOf(file, file.length / 2), SIZE))
                .isInstanceOf(Invalid.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "gif", "jpeg"})
    void damage_is_answered_and_never_thrown(String format) throws IOException {
        byte[] file = file(filled(40, 40, BufferedImage.TYPE_INT_RGB, Color.ORANGE), format);
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] damaged = file.clone();
            for (int n = 0; n <= random.nextInt(8); n++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            Outcome outcome = ImageDecoder.decode(damaged, SIZE);
            assertThat(outcome).as("%s damaged by seed %d", format, seed).isNotNull();
        }
    }
}
