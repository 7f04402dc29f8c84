package io.deeptrain.worker.training;

import io.deeptrain.event.ManifestEntry.LabelledRegion;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** One to three drawn digits, of several sizes and apart from each other, on a noisy slope of grey. */
public final class DigitScene {
    private static final int WIDTH = 128;
    private static final int HEIGHT = 96;
    private static final int DIGITS_MAX = 3;
    private static final int TRIES = 20;

    private final byte[] png;
    private final List<LabelledRegion> regions;

    private DigitScene(byte[] png, List<LabelledRegion> regions) {
        this.png = png;
        this.regions = regions;
    }

    public byte[] png() {
        return png;
    }

    public List<LabelledRegion> regions() {
        return regions;
    }

    public static DigitScene of(int concepts, long seed) {
        SplittableRandom random = new SplittableRandom(seed ^ 0x5CE4E5L);
        BufferedImage image = ground(random);
        List<LabelledRegion> regions = new ArrayList<>();
        int wanted = 1 + random.nextInt(DIGITS_MAX);
        for (int tries = 0; regions.size() < wanted && tries < TRIES; tries++) {
            int digit = random.nextInt(concepts);
            int size = random.nextInt(26, 44);
            int top = random.nextInt(HEIGHT - size);
            int left = random.nextInt(WIDTH - size);
            LabelledRegion region = new LabelledRegion(
                    Integer.toString(digit),
                    (double) top / HEIGHT,
                    (double) left / WIDTH,
                    (double) (top + size) / HEIGHT,
                    (double) (left + size) / WIDTH);
            if (regions.stream().noneMatch(other -> touches(other, region))) {
                regions.add(region);
                paste(image, DrawnDigits.png(digit, random.nextLong()), top, left, size);
            }
        }
        return new DigitScene(png(image), List.copyOf(regions));
    }

    private static boolean touches(LabelledRegion one, LabelledRegion other) {
        return one.left() < other.right()
                && other.left() < one.right()
                && one.top() < other.bottom()
                && other.top() < one.bottom();
    }

    private static BufferedImage ground(SplittableRandom random) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        pen.setPaint(new GradientPaint(
                random.nextInt(WIDTH),
                0,
                grey(random.nextInt(140)),
                random.nextInt(WIDTH),
                HEIGHT,
                grey(random.nextInt(140))));
        pen.fillRect(0, 0, WIDTH, HEIGHT);
        pen.dispose();
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                int brighter = Math.min(255, (image.getRGB(x, y) & 0xFF) + random.nextInt(40));
                image.setRGB(x, y, grey(brighter).getRGB());
            }
        }
        return image;
    }

    private static Color grey(int brightness) {
        return new Color(brightness, brightness, brightness);
    }

    private static void paste(BufferedImage image, byte[] png, int top, int left, int size) {
        Graphics2D pen = image.createGraphics();
        try {
            pen.drawImage(ImageIO.read(new ByteArrayInputStream(png)), left, top, size, size, null);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        } finally {
            pen.dispose();
        }
    }

    private static byte[] png(BufferedImage image) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", file);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return file.toByteArray();
    }
}
