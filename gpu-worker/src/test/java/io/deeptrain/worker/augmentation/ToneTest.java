package io.deeptrain.worker.augmentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.augmentation.Tone.AutoContrast;
import io.deeptrain.worker.augmentation.Tone.Brightness;
import io.deeptrain.worker.augmentation.Tone.Colour;
import io.deeptrain.worker.augmentation.Tone.Contrast;
import io.deeptrain.worker.augmentation.Tone.Equalize;
import io.deeptrain.worker.augmentation.Tone.Invert;
import io.deeptrain.worker.augmentation.Tone.Posterize;
import io.deeptrain.worker.augmentation.Tone.Sharpness;
import io.deeptrain.worker.augmentation.Tone.Solarize;
import io.deeptrain.worker.augmentation.Tone.SolarizeAdd;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ToneTest {
    /** Two by two pixels: red from 0 to 255, green from 50 to 100, blue 200 throughout. */
    private static final int[] IMAGE = {0, 100, 200, 255, 50, 60, 80, 100, 200, 200, 200, 200};

    private static int[] changed(Tone tone, int side, int... values) {
        byte[] image = new byte[values.length];
        IntStream.range(0, values.length).forEach(n -> image[n] = (byte) values[n]);
        tone.change(image, side);
        return IntStream.range(0, image.length).map(n -> image[n] & 0xFF).toArray();
    }

    @Test
    void auto_contrast_stretches_each_colour_and_leaves_what_has_one_value() {
        assertThat(changed(new AutoContrast(), 2, IMAGE))
                .containsExactly(0, 100, 200, 255, 0, 51, 153, 255, 200, 200, 200, 200);
    }

    @Test
    void equalizing_makes_all_values_as_frequent_as_can_be() {
        int[] dark = IntStream.range(0, 3 * 32 * 32).map(n -> n % 32).toArray();
        int[] equal = changed(new Equalize(), 32, dark);
        assertThat(equal[0]).isZero();
        assertThat(equal[31]).isEqualTo(255);
        // 31 of the 32 values, 32 pixels each, have others above them: a step of the range has three of those.
        assertThat(Arrays.copyOf(equal, 32))
                .isEqualTo(IntStream.range(0, 32)
                        .map(value -> Math.min(255, (32 * value + 1) / 3))
                        .toArray());
        assertThat(changed(new Equalize(), 2, IMAGE)).containsExactly(IMAGE);
    }

    @Test
    void values_alone_decide_what_some_change_them_to() {
        assertThat(changed(new Invert(), 2, IMAGE))
                .containsExactly(255, 155, 55, 0, 205, 195, 175, 155, 55, 55, 55, 55);
        assertThat(changed(new Posterize(2), 2, IMAGE))
                .containsExactly(0, 64, 192, 192, 0, 0, 64, 64, 192, 192, 192, 192);
        assertThat(changed(new Solarize(100), 2, IMAGE))
                .containsExactly(0, 155, 55, 0, 50, 60, 80, 155, 55, 55, 55, 55);
        assertThat(changed(new SolarizeAdd(40), 1, 0, 127, 128)).containsExactly(40, 167, 128);
        assertThat(changed(new Brightness(0.5), 1, 0, 101, 255)).containsExactly(0, 51, 128);
        assertThat(changed(new Brightness(1.5), 1, 0, 101, 255)).containsExactly(0, 152, 255);
    }

    @Test
    void contrast_leads_away_from_the_mean_grey_or_towards_it() {
        // Greys are 52, 88, 130 and 158: on average 107.
        assertThat(changed(new Contrast(0), 2, IMAGE)).containsOnly(107);
        assertThat(changed(new Contrast(1), 2, IMAGE)).containsExactly(IMAGE);
        assertThat(changed(new Contrast(1.5), 2, IMAGE))
                .containsExactly(0, 97, 247, 255, 22, 37, 67, 97, 247, 247, 247, 247);
    }

    @Test
    void colour_leads_away_from_each_pixels_grey_or_towards_it() {
        assertThat(changed(new Colour(0), 2, IMAGE))
                .containsExactly(52, 88, 130, 158, 52, 88, 130, 158, 52, 88, 130, 158);
        assertThat(changed(new Colour(1.5), 2, IMAGE))
                .containsExactly(0, 106, 235, 255, 49, 46, 55, 71, 255, 255, 235, 221);
    }

    @Test
    void sharpness_leads_away_from_the_smoothed_image_or_towards_it_and_leaves_the_edge() {
        int[] image = new int[27];
        image[4] = 130;
        image[13] = 26;
        image[9] = 13;
        int[] smooth = image.clone();
        smooth[4] = 50;
        smooth[13] = 11;
        assertThat(changed(new Sharpness(0), 3, image)).containsExactly(smooth);
        assertThat(changed(new Sharpness(1), 3, image)).containsExactly(image);
        int[] sharp = image.clone();
        sharp[4] = 170;
        sharp[13] = 34;
        assertThat(changed(new Sharpness(1.5), 3, image)).containsExactly(sharp);
    }
}
