package io.deeptrain.benchmarks.adapter.djl;

import io.deeptrain.benchmarks.adapter.djl.DigitsArchive.Sample;
import io.deeptrain.cli.images.LabelledImage;
import io.deeptrain.event.ManifestEntry.LabelledRegion;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** Handwritten digits cut out and laid on a noisy ground, one to three on each, with the exact boxes of their ink. */
final class DigitScenes {
    static final int SIZE = 96;

    private static final int DIGITS_MAX = 3;
    private static final int TRIES = 30;
    private static final int SCALE_MAX = 2;
    private static final int GROUND_MAX = 90;
    private static final int NOISE = 30;
    /** Darker pixels of a digit are not ink. */
    private static final int INK_MIN = 60;

    private final List<LabelledImage> digits;
    private final SplittableRandom random;

    DigitScenes(List<LabelledImage> digits, long seed) {
        this.digits = List.copyOf(digits);
        random = new SplittableRandom(seed);
    }

    List<Sample> draw(int scenes) throws IOException {
        List<Sample> drawn = new ArrayList<>();
        for (int scene = 0; scene < scenes; scene++) {
            drawn.add(next());
        }
        return drawn;
    }

    private Sample next() throws IOException {
        int[][] grey = ground();
        List<LabelledRegion> regions = new ArrayList<>();
        int wanted = 1 + random.nextInt(DIGITS_MAX);
        for (int tries = 0; tries < TRIES && regions.size() < wanted; tries++) {
            LabelledImage digit = digits.get(random.nextInt(digits.size()));
            BufferedImage image =
                    ImageIO.read(new ByteArrayInputStream(digit.content().read()));
            int scale = 1 + random.nextInt(SCALE_MAX);
            Cutout cutout = Cutout.of(image, scale);
            int top = random.nextInt(SIZE - cutout.height());
            int left = random.nextInt(SIZE - cutout.width());
            LabelledRegion region = new LabelledRegion(
                    digit.label(),
                    (double) top / SIZE,
                    (double) left / SIZE,
                    (double) (top + cutout.height()) / SIZE,
                    (double) (left + cutout.width()) / SIZE);
            if (regions.stream().noneMatch(other -> touches(other, region))) {
                cutout.paste(grey, top, left);
                regions.add(region);
            }
        }
        byte[] png = png(grey);
        return new Sample(() -> png, List.of(), List.copyOf(regions));
    }

    private int[][] ground() {
        int brightness = random.nextInt(GROUND_MAX);
        int[][] grey = new int[SIZE][SIZE];
        for (int[] row : grey) {
            for (int x = 0; x < SIZE; x++) {
                row[x] = brightness + random.nextInt(NOISE);
            }
        }
        return grey;
    }

    private static boolean touches(LabelledRegion one, LabelledRegion other) {
        return one.left() < other.right()
                && other.left() < one.right()
                && one.top() < other.bottom()
                && other.top() < one.bottom();
    }

    private static byte[] png(int[][] grey) throws IOException {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                image.setRGB(x, y, grey[y][x] * 0x010101);
            }
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(image, "png", file);
        return file.toByteArray();
    }

    /** The ink of one digit, each pixel so many times as wide and high. */
    private record Cutout(BufferedImage ink, int scale) {
        static Cutout of(BufferedImage image, int scale) {
            int top = image.getHeight();
            int bottom = 0;
            int left = image.getWidth();
            int right = 0;
            for (int y = 0; y < image.getHeight(); y++) {
                for (int x = 0; x < image.getWidth(); x++) {
                    if (inkAt(image, x, y) >= INK_MIN) {
                        top = Math.min(top, y);
                        bottom = Math.max(bottom, y + 1);
                        left = Math.min(left, x);
                        right = Math.max(right, x + 1);
                    }
                }
            }
            return new Cutout(image.getSubimage(left, top, right - left, bottom - top), scale);
        }

        private static int inkAt(BufferedImage image, int x, int y) {
            return image.getRGB(x, y) & 0xFF;
        }

        int height() {
            return ink.getHeight() * scale;
        }

        int width() {
            return ink.getWidth() * scale;
        }

        void paste(int[][] grey, int top, int left) {
            for (int y = 0; y < height(); y++) {
                for (int x = 0; x < width(); x++) {
                    grey[top + y][left + x] = Math.max(grey[top + y][left + x], inkAt(ink, x / scale, y / scale));
                }
            }
        }
    }
}
