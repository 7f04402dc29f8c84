package io.deeptrain.worker.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.data.ImageDecoder.Outcome.Decoded;
import io.deeptrain.worker.data.ImageDecoder.Outcome.Invalid;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
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
    void what_cannot_be_read_is_invalid_for_the_reason_that_is_given() throws IOException {
        assertThat(ImageDecoder.decode(new byte[0], SIZE))
                .isEqualTo(new Invalid("the bytes are not an image; JPEG, PNG, GIF, BMP and WebP are read"));
        byte[] file = file(filled(64, 64, BufferedImage.TYPE_INT_RGB, Color.RED), "png");
        assertThat(ImageDecoder.decode(Arrays.copyOf(file, file.length / 2), SIZE))
                .isInstanceOf(Invalid.class);
    }
}
