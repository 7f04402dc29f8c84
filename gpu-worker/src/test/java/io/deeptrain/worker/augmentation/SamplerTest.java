package io.deeptrain.worker.augmentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.objective.Mirror;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SamplerTest {
    private static final int BEYOND = 125;
    private static final int COLOURS = 3;

    private static byte[] noise(int side, long seed) {
        byte[] image = new byte[COLOURS * side * side];
        new SplittableRandom(seed).nextBytes(image);
        return image;
    }

    private static byte[] seen(byte[] image, int keptSide, int side, View view) {
        return new Sampler(keptSide, side).view(image.clone(), view);
    }

    private static View moved(AffineMap... maps) {
        return new View(
                false,
                Mirror.LEFT_RIGHT,
                Crop.WHOLE,
                List.of(maps).stream().map(map -> (Operation) new Movement(map)).toList());
    }

    @Test
    void what_is_neither_moved_nor_coarser_stays_as_it_is_to_the_last_bit() {
        byte[] image = noise(9, 1);
        assertThat(seen(image, 9, 9, View.whole(false, Mirror.LEFT_RIGHT))).isEqualTo(image);
        assertThat(seen(image, 9, 9, moved(AffineMap.IDENTITY))).isEqualTo(image);
    }

    @ParameterizedTest
    @EnumSource(Mirror.class)
    void a_mirror_image_is_the_same_whether_it_is_copied_or_sampled(Mirror mirror) {
        byte[] image = noise(9, 2);
        assertThat(seen(image, 9, 9, View.whole(true, mirror))).isEqualTo(mirror.of(image, 9));
        assertThat(seen(image, 9, 9, new View(true, mirror, Crop.WHOLE, List.of(new Movement(AffineMap.IDENTITY)))))
                .isEqualTo(mirror.of(image, 9));
    }

    @Test
    void half_as_fine_each_pixel_is_the_mean_of_four() {
        byte[] image = noise(8, 3);
        byte[] seen = seen(image, 8, 4, View.whole(false, Mirror.LEFT_RIGHT));
        for (int n = 0; n < seen.length; n++) {
            int at = n / 16 * 64 + n % 16 / 4 * 16 + n % 4 * 2;
            int sum = 0;
            for (int each : new int[] {at, at + 1, at + 8, at + 9}) {
                sum += image[each] & 0xFF;
            }
            assertThat(seen[n] & 0xFF).as("pixel %d", n).isEqualTo((sum + 2) / 4);
        }
    }

    @Test
    void a_crop_as_large_as_the_view_shows_its_pixels_and_none_beside_them() {
        byte[] image = noise(8, 4);
        byte[] seen = seen(image, 8, 4, new View(false, Mirror.LEFT_RIGHT, new Crop(0.25, 0.5, 0.5, 0.5), List.of()));
        for (int n = 0; n < seen.length; n++) {
            assertThat(seen[n]).isEqualTo(image[n / 16 * 64 + (4 + n % 16 / 4) * 8 + 2 + n % 4]);
        }
    }

    @Test
    void a_quarter_turn_goes_against_the_clock_as_places_go_with_it() {
        byte[] image = noise(6, 5);
        byte[] seen = seen(image, 6, 6, moved(AffineMap.rotation(90)));
        for (int n = 0; n < seen.length; n++) {
            int row = n % 36 / 6;
            assertThat(seen[n]).isEqualTo(image[n / 36 * 36 + n % 6 * 6 + 5 - row]);
        }
    }

    @Test
    void what_is_shifted_in_from_beyond_the_edge_is_nothing_to_a_network() {
        byte[] image = noise(4, 6);
        byte[] seen = seen(image, 4, 4, moved(AffineMap.shift(0.25, 0)));
        for (int n = 0; n < seen.length; n++) {
            assertThat(seen[n] & 0xFF).isEqualTo(n % 4 == 3 ? BEYOND : image[n + 1] & 0xFF);
        }
    }

    @Test
    void colours_are_changed_after_everything_is_in_its_place() {
        byte[] image = noise(4, 7);
        List<Operation> operations =
                List.of(new Tone.Invert(), new Movement(AffineMap.shift(0.25, 0)), new Tone.SolarizeAdd(100));
        byte[] seen = seen(image, 4, 4, new View(false, Mirror.LEFT_RIGHT, Crop.WHOLE, operations));
        for (int n = 0; n < seen.length; n++) {
            int inverted = 255 - (n % 4 == 3 ? BEYOND : image[n + 1] & 0xFF);
            assertThat(seen[n] & 0xFF).isEqualTo(inverted < 128 ? Math.min(255, inverted + 100) : inverted);
        }
    }

    @Test
    void what_lies_beyond_a_crop_is_not_seen_however_it_is_moved() {
        byte[] image = new byte[COLOURS * 16 * 16];
        Arrays.fill(image, (byte) 255);
        for (int n = 0; n < image.length; n++) {
            int row = n % 256 / 16;
            int column = n % 16;
            if (row >= 4 && row < 12 && column >= 4 && column < 12) {
                image[n] = (byte) BEYOND;
            }
        }
        for (AffineMap map : List.of(
                AffineMap.rotation(20), AffineMap.shear(0.3, 0), AffineMap.shift(-0.4, 0), AffineMap.IDENTITY)) {
            byte[] seen = seen(
                    image,
                    16,
                    8,
                    new View(true, Mirror.TOP_BOTTOM, new Crop(0.25, 0.25, 0.5, 0.5), List.of(new Movement(map))));
            assertThat(seen).containsOnly(BEYOND);
        }
    }

    /** The same by the definition: one place after the other, one colour after the other, in floating point. */
    @ParameterizedTest
    @CsvSource({"32, 32", "48, 32", "64, 32", "37, 24"})
    void any_view_is_what_its_definition_says(int keptSide, int side) {
        Augmentation augmentation = new Augmentation(0.08, new RandAugment(9, 2), 1);
        SplittableRandom random = new SplittableRandom(7);
        Sampler sampler = new Sampler(keptSide, side);
        int wrong = 0;
        for (int n = 0; n < 200; n++) {
            byte[] image = noise(keptSide, n);
            View drawn = augmentation.view(random.nextBoolean(), Mirror.LEFT_RIGHT, random);
            View view = new View(
                    drawn.mirrored(),
                    drawn.mirror(),
                    drawn.crop(),
                    drawn.operations().stream()
                            .filter(Movement.class::isInstance)
                            .toList());
            byte[] seen = sampler.view(image.clone(), view);
            for (int at = 0; at < seen.length; at++) {
                double expected = expected(image, keptSide, view, at, side);
                // Colours are weighed by 64ths, and noise is as far from smooth as can be.
                if (Math.abs((seen[at] & 0xFF) - expected) > 6) {
                    wrong++;
                }
            }
        }
        // A place on the very edge may be called within by the one and beyond by the other.
        assertThat(wrong).isLessThan(200 * side * side / 1_000);
    }

    private static double expected(byte[] image, int keptSide, View view, int at, int side) {
        AffineMap map = view.map();
        double scale = keptSide / (double) side;
        int across = Math.hypot(map.xx(), map.yx()) * scale < 1.01 ? 1 : 2;
        int down = Math.hypot(map.xy(), map.yy()) * scale < 1.01 ? 1 : 2;
        double sum = 0;
        for (int j = 0; j < down; j++) {
            for (int i = 0; i < across; i++) {
                double x = (at % side + (i + 0.5) / across) / side;
                int row = at % (side * side) / side;
                double y = (row + (j + 0.5) / down) / side;
                double u = map.xx() * x + map.xy() * y + map.x0();
                double v = map.yx() * x + map.yy() * y + map.y0();
                sum += colour(image, at / (side * side), keptSide, view.crop(), u, v);
            }
        }
        return sum / (across * down);
    }

    private static double colour(byte[] image, int plane, int side, Crop crop, double u, double v) {
        if (u < crop.left() || v < crop.top() || u >= crop.left() + crop.width() || v >= crop.top() + crop.height()) {
            return BEYOND;
        }
        double x = u * side - 0.5;
        double y = v * side - 0.5;
        double sum = 0;
        for (int j = 0; j < 2; j++) {
            int row = touched((int) Math.floor(y) + j, crop.top() * side, (crop.top() + crop.height()) * side);
            double weight = 1 - Math.abs(y - Math.floor(y) - j);
            for (int i = 0; i < 2; i++) {
                int column = touched((int) Math.floor(x) + i, crop.left() * side, (crop.left() + crop.width()) * side);
                sum += weight
                        * (1 - Math.abs(x - Math.floor(x) - i))
                        * (image[plane * side * side + row * side + column] & 0xFF);
            }
        }
        return sum;
    }

    /** The nearest row or column that the crop touches. */
    private static int touched(int line, double low, double high) {
        return Math.clamp(line, (int) Math.floor(low), (int) Math.ceil(high) - 1);
    }
}
