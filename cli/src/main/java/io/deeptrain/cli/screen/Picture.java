package io.deeptrain.cli.screen;

import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** An image as a few lines of Braille: each character holds two by four dots, bright ones set. */
public final class Picture {
    /** Characters in a line of a picture. */
    public static final int WIDTH = 14;

    /** Lines of a picture. */
    public static final int HEIGHT = 7;

    private static final int DOTS_ACROSS = 2;
    private static final int DOTS_DOWN = 4;
    private static final char BRAILLE_BLANK = '\u2800';
    /** The bit of each dot of a character, row by row. */
    private static final int[][] DOT_BITS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

    private Picture() {}

    /** Nothing but blanks for an image of a format that this Java cannot decode. */
    public static List<String> of(byte[] encoded) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(encoded));
        Raster grey = scaled(image == null ? new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY) : image);
        int threshold = threshold(grey);
        List<String> lines = new ArrayList<>(HEIGHT);
        for (int row = 0; row < HEIGHT; row++) {
            StringBuilder line = new StringBuilder(WIDTH);
            for (int column = 0; column < WIDTH; column++) {
                line.append(character(grey, column, row, threshold));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    private static Raster scaled(BufferedImage image) {
        BufferedImage scaled = new BufferedImage(WIDTH * DOTS_ACROSS, HEIGHT * DOTS_DOWN, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = scaled.createGraphics();
        Image fitting = image.getWidth() == scaled.getWidth() && image.getHeight() == scaled.getHeight()
                ? image
                : image.getScaledInstance(scaled.getWidth(), scaled.getHeight(), Image.SCALE_AREA_AVERAGING);
        graphics.drawImage(fitting, 0, 0, null);
        graphics.dispose();
        return scaled.getRaster();
    }

    /** Half way between the darkest and the brightest dot. */
    private static int threshold(Raster grey) {
        int darkest = 255;
        int brightest = 0;
        for (int y = 0; y < grey.getHeight(); y++) {
            for (int x = 0; x < grey.getWidth(); x++) {
                int value = grey.getSample(x, y, 0);
                darkest = Math.min(darkest, value);
                brightest = Math.max(brightest, value);
            }
        }
        return (darkest + brightest) / 2;
    }

    private static char character(Raster grey, int column, int row, int threshold) {
        int bits = 0;
        for (int y = 0; y < DOTS_DOWN; y++) {
            for (int x = 0; x < DOTS_ACROSS; x++) {
                if (grey.getSample(column * DOTS_ACROSS + x, row * DOTS_DOWN + y, 0) > threshold) {
                    bits |= DOT_BITS[y][x];
                }
            }
        }
        return (char) (BRAILLE_BLANK + bits);
    }
}
