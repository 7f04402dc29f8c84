package io.deeptrain.api.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static final TrainingEstimate FORMULA = new TrainingEstimate(Duration.ofSeconds(1000));

    @Test
    void without_enough_runs_the_formula_stands_between_half_and_twice_of_it() {
        CalibratedEstimate estimate = new Calibration(List.of(3.0, 3.0, 3.0, 3.0)).correct(FORMULA);
        assertThat(estimate.expected().time()).isEqualTo(Duration.ofSeconds(1000));
        assertThat(estimate.low()).isEqualTo(Duration.ofSeconds(500));
        assertThat(estimate.high()).isEqualTo(Duration.ofSeconds(2000));
        assertThat(estimate.explanation()).contains("4 trainings of it have finished here, and 5 are needed");
    }

    @Test
    void runs_correct_it_by_their_median_and_bound_it_by_their_outer_tenths() {
        Calibration calibration = new Calibration(List.of(0.5, 0.4, 0.6, 0.3, 0.7, 0.8, 0.2, 0.9, 1.0, 0.1, 1.1));
        CalibratedEstimate estimate = calibration.correct(FORMULA);
        assertThat(estimate.expected().time()).isEqualTo(Duration.ofMinutes(10));
        assertThat(estimate.low()).isEqualTo(Duration.ofSeconds(200));
        assertThat(estimate.high()).isEqualTo(Duration.ofSeconds(1000));
    }

    @Test
    void one_run_on_a_bad_day_moves_it_little() {
        Calibration calibration = new Calibration(List.of(0.5, 0.5, 0.5, 0.5, 0.5, 50.0));
        assertThat(calibration.scale()).isEqualTo(0.5);
        assertThat(calibration.medianError().orElseThrow()).isZero();
    }

    @Test
    void its_error_is_told_as_a_share_of_the_real_time() {
        Calibration calibration = new Calibration(List.of(0.8, 1.0, 1.0, 1.0, 1.25));
        assertThat(calibration.medianError().orElseThrow()).isZero();
        assertThat(new Calibration(List.of(0.5, 0.5, 1.0, 2.0, 2.0))
                        .medianError()
                        .orElseThrow())
                .isCloseTo(0.5, within(1e-9));
        assertThat(calibration.correct(FORMULA).explanation())
                .contains("last 5 trainings")
                .contains("off by 0 %");
    }

    @Test
    void about_four_in_five_runs_end_between_the_bounds_of_the_others() {
        Random random = new Random(7);
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            ratios.add(Math.exp(0.3 * random.nextGaussian()));
        }
        assertThat(new Calibration(ratios).coverage().orElseThrow()).isBetween(0.7, 0.9);
    }

    @Test
    void nothing_is_claimed_of_what_was_never_seen() {
        assertThat(new Calibration(List.of()).medianError()).isEmpty();
        assertThat(new Calibration(List.of(1.0, 1.0)).coverage()).isEmpty();
    }
}
