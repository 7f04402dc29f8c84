package io.deeptrain.worker.training;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** Digits drawn with a shaking hand: stroke by stroke, leaning, of any size, pen and ink. Needs no font. */
public final class DrawnDigits {
    private static final int SIZE = 28;

    /** Polylines on a grid of 4 by 6; a negative number lifts the pen. */
    private static final List<int[]> STROKES = List.of(
            new int[] {1, 0, 3, 0, 4, 2, 4, 4, 3, 6, 1, 6, 0, 4, 0, 2, 1, 0},
            new int[] {1, 1, 2, 0, 2, 6},
            new int[] {0, 1, 1, 0, 3, 0, 4, 2, 0, 6, 4, 6},
            new int[] {0, 0, 4, 0, 2, 2, 4, 4, 3, 6, 0, 6},
            new int[] {3, 6, 3, 0, 0, 4, 4, 4},
            new int[] {4, 0, 0, 0, 0, 3, 3, 3, 4, 4, 3, 6, 0, 6},
            new int[] {3, 0, 1, 2, 0, 4, 1, 6, 3, 6, 4, 4, 3, 3, 0, 4},
            new int[] {0, 0, 4, 0, 1, 6},
            new int[] {2, 3, 0, 1, 2, 0, 4, 1, 0, 5, 2, 6, 4, 5, 2, 3},
            new int[] {4, 2, 1, 3, 0, 1, 2, 0, 4, 1, 3, 6});

    private DrawnDigits() {}

    public static byte[] png(int digit, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int ground = random.nextInt(90);
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D pen = image.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setColor(new Color(ground, ground, ground));
        pen.fillRect(0, 0, SIZE, SIZE);
        int ink = 160 + random.nextInt(95);
        pen.setColor(new Color(ink, ink, ink));
        pen.setStroke(
                new BasicStroke((float) random.nextDouble(1.5, 3.5), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        AffineTransform hand = AffineTransform.getTranslateInstance(
                SIZE / 2.0 + random.nextDouble(-3, 3), SIZE / 2.0 + random.nextDouble(-3, 3));
        hand.rotate(random.nextDouble(-0.25, 0.25));
        hand.shear(random.nextDouble(-0.3, 0.3), 0);
        hand.scale(random.nextDouble(2.4, 3.8), random.nextDouble(2.4, 3.4));
        hand.translate(-2, -3);
        pen.draw(hand.createTransformedShape(path(STROKES.get(digit), random)));
        pen.dispose();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", file);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return file.toByteArray();
    }

    private static Path2D path(int[] points, SplittableRandom random) {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < points.length; i += 2) {
            double x = points[i] + random.nextDouble(-0.4, 0.4);
            double y = points[i + 1] + random.nextDouble(-0.4, 0.4);
            if (i == 0) {
                path.moveTo(x, y);
            } else {
                path.lineTo(x, y);
            }
        }
        return path;
    }
}
