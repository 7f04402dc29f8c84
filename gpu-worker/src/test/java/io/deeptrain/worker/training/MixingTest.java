package io.deeptrain.worker.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.worker.data.Mixture;
import io.deeptrain.worker.data.Mixture.Blend;
import io.deeptrain.worker.data.Mixture.None;
import io.deeptrain.worker.data.Mixture.Patch;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MixingTest {
    private static final int BATCHES = 4_000;
    private static final int SIZE = 224;

    private static List<Mixture> drawn(double mixupAlpha, double cutmixAlpha) {
        SplittableRandom random = new SplittableRandom(3);
        Mixing mixing = new Mixing(mixupAlpha, cutmixAlpha);
        return IntStream.range(0, BATCHES)
                .mapToObj(_ -> mixing.drawn(random, SIZE))
                .toList();
    }

    private static double[] blends(double alpha) {
        return drawn(alpha, 0).stream()
                .mapToDouble(mixture -> ((Blend) mixture).share())
                .toArray();
    }

    private static double mean(double... values) {
        return IntStream.range(0, values.length).mapToDouble(n -> values[n]).sum() / values.length;
    }

    private static double variance(double... values) {
        double mean = mean(values);
        return IntStream.range(0, values.length)
                        .mapToDouble(n -> Math.pow(values[n] - mean, 2))
                        .sum()
                / values.length;
    }

    /** A symmetric beta distribution has the mean one half and the variance 1 / (4 (2 alpha + 1)). */
    @Test
    void shares_come_from_the_beta_distribution() {
        for (double alpha : new double[] {1, 0.5, 0.2, 0.01}) {
            assertThat(mean(blends(alpha))).as("alpha " + alpha).isCloseTo(0.5, within(0.03));
            assertThat(variance(blends(alpha))).as("alpha " + alpha).isCloseTo(1 / (4 * (2 * alpha + 1)), within(0.01));
        }
    }

    @Test
    void the_smallest_numbers_give_shares_too() {
        assertThat(new Mixing(Double.MIN_VALUE, 0).drawn(new SplittableRandom(1), SIZE))
                .isEqualTo(new Blend(1));
        assertThat(Arrays.stream(blends(1e-9)).boxed()).contains(0.0, 1.0).allMatch(share -> share == 0 || share == 1);
    }

    @Test
    void each_batch_draws_one_of_the_two() {
        long blends = drawn(0.2, 1).stream().filter(Blend.class::isInstance).count();
        assertThat(blends).isBetween(BATCHES * 47L / 100, BATCHES * 53L / 100);
        assertThat(drawn(0.2, 1)).allMatch(mixture -> mixture instanceof Blend || mixture instanceof Patch);
    }

    @Test
    void what_is_switched_off_is_not_drawn() {
        assertThat(drawn(0.2, 0)).allMatch(Blend.class::isInstance);
        assertThat(drawn(0, 1)).allMatch(Patch.class::isInstance);
        assertThat(drawn(0, 0)).allMatch(None.class::isInstance);
    }

    @Test
    void a_patch_lies_within_the_image_anywhere_and_has_any_size() {
        List<Patch> patches = drawn(0, 1).stream().map(Patch.class::cast).toList();
        assertThat(patches)
                .allMatch(patch -> 0 <= patch.top() && patch.top() <= patch.bottom() && patch.bottom() <= SIZE)
                .allMatch(patch -> 0 <= patch.left() && patch.left() <= patch.right() && patch.right() <= SIZE)
                .anyMatch(patch -> patch.top() == 0 && patch.left() == 0)
                .anyMatch(patch -> patch.bottom() == SIZE && patch.right() == SIZE)
                .anyMatch(patch -> (patch.bottom() - patch.top()) * (patch.right() - patch.left()) < 100)
                .anyMatch(patch -> (patch.bottom() - patch.top()) * (patch.right() - patch.left()) > 40_000);
        // Where nothing is cut off, it is a square.
        assertThat(patches.stream()
                        .filter(patch ->
                                patch.top() > 0 && patch.left() > 0 && patch.bottom() < SIZE && patch.right() < SIZE))
                .isNotEmpty()
                .allMatch(patch -> patch.bottom() - patch.top() == patch.right() - patch.left());
    }

    @Test
    void what_cannot_be_is_refused_by_its_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Mixing(-0.1, 0))
                .withMessage("mixup_alpha must be 0 to 1: -0.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Mixing(0, 1.1))
                .withMessage("cutmix_alpha must be 0 to 1: 1.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Regularisation(Mixing.NONE, 1, 0))
                .withMessage("label_smoothing must be at least 0 and below 1: 1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Regularisation(Mixing.NONE, 0, Double.NaN))
                .withMessage("drop_path_rate must be at least 0 and below 1: NaN");
    }
}
