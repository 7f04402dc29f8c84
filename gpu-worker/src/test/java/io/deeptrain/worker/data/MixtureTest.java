package io.deeptrain.worker.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.worker.data.Mixture.Blend;
import io.deeptrain.worker.data.Mixture.None;
import io.deeptrain.worker.data.Mixture.Patch;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MixtureTest {
    private static final int SIZE = 4;
    private static final int NUMBERS = 3 * SIZE * SIZE;

    /** Each image of one brightness, and of a concept of its own. */
    private static Batch batch(int... brightness) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(brightness.length * NUMBERS);
        FloatBuffer targets = FloatBuffer.allocate(brightness.length * brightness.length);
        for (int image = 0; image < brightness.length; image++) {
            byte[] pixels = new byte[NUMBERS];
            Arrays.fill(pixels, (byte) brightness[image]);
            bytes.put(pixels);
            targets.put(image * brightness.length + image, 1);
        }
        return new Batch(new Pixels(bytes.flip(), brightness.length, SIZE), targets);
    }

    private static Batch mixed(Mixture mixture, Batch batch) {
        mixture.mix(batch);
        return batch;
    }

    private static int[] image(Batch batch, int image) {
        int[] numbers = new int[NUMBERS];
        Arrays.setAll(numbers, n -> batch.pixels().bytes().get(image * NUMBERS + n) & 0xFF);
        return numbers;
    }

    private static int[] of(int brightness) {
        int[] numbers = new int[NUMBERS];
        Arrays.fill(numbers, brightness);
        return numbers;
    }

    @Test
    void images_are_blended_with_those_from_the_other_end_and_so_is_what_they_show() {
        Batch batch = mixed(new Blend(0.75f), batch(200, 10, 255));
        assertThat(image(batch, 0)).isEqualTo(of(214)); // 213.75
        assertThat(image(batch, 1)).isEqualTo(of(10));
        assertThat(image(batch, 2)).isEqualTo(of(241)); // 241.25
        assertThat(batch.targets().array()).containsExactly(0.75f, 0, 0.25f, 0, 1, 0, 0.25f, 0, 0.75f);
    }

    @Test
    void a_blend_of_all_and_nothing_is_the_image_or_the_other_one() {
        assertThat(mixed(new Blend(1), batch(0, 255))).isEqualTo(batch(0, 255));
        Batch other = mixed(new Blend(0), batch(0, 255));
        assertThat(image(other, 0)).isEqualTo(of(255));
        assertThat(image(other, 1)).isEqualTo(of(0));
        assertThat(other.targets().array()).containsExactly(0, 1, 1, 0);
    }

    @Test
    void a_patch_of_the_other_image_is_in_all_colours_and_counts_by_its_area() {
        Batch batch = mixed(new Patch(1, 0, 4, 2), batch(7, 200));
        int[] patched = of(7);
        for (int colour = 0; colour < 3; colour++) {
            for (int pixel : new int[] {4, 5, 8, 9, 12, 13}) {
                patched[colour * SIZE * SIZE + pixel] = 200;
            }
        }
        assertThat(image(batch, 0)).isEqualTo(patched);
        assertThat(Arrays.stream(image(batch, 1)).filter(each -> each == 7).count())
                .isEqualTo(18);
        assertThat(batch.targets().array()).containsExactly(0.625f, 0.375f, 0.375f, 0.625f);
    }

    @Test
    void a_patch_without_area_and_no_mixture_leave_the_batch_as_it_is() {
        assertThat(mixed(new Patch(2, 1, 2, 3), batch(7, 200))).isEqualTo(batch(7, 200));
        assertThat(mixed(new None(), batch(7, 200))).isEqualTo(batch(7, 200));
    }

    @Test
    void an_image_alone_stays_as_it_is() {
        assertThat(mixed(new Blend(0.3f), batch(77))).isEqualTo(batch(77));
        assertThat(mixed(new Patch(0, 0, 4, 4), batch(77))).isEqualTo(batch(77));
    }
}
