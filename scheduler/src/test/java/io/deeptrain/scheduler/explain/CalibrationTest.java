package io.deeptrain.scheduler.explain;

import static io.deeptrain.scheduler.job.Jobs.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static final StartTime IN_AN_HOUR = promise(3600);

    private final Calibration calibration = new Calibration();

    @Test
    void with_little_experience_a_promise_stays_as_it_is() {
        for (int start = 0; start < Calibration.ENOUGH - 1; start++) {
            calibration.observe(T0, IN_AN_HOUR, T0.plusSeconds(36_000));
        }
        assertThat(calibration.calibrated(T0, IN_AN_HOUR)).isEqualTo(IN_AN_HOUR);
        calibration.observe(T0, IN_AN_HOUR, T0.plusSeconds(36_000));
        assertThat(calibration.calibrated(T0, IN_AN_HOUR).at()).isEqualTo(T0.plusSeconds(36_000));
    }

    @Test
    void a_start_at_once_stays_one() {
        learn(10, 1);
        StartTime now = new StartTime(T0, T0, T0);
        assertThat(calibration.calibrated(T0, now)).isEqualTo(now);
    }

    @Test
    void bounds_hold_as_often_as_is_said_however_wrong_the_forecast_is() {
        Random random = new Random(7);
        int within = 0;
        int starts = 4_000;
        for (int start = 0; start < starts; start++) {
            Instant real = T0.plusMillis((long) (3_600_000 * 5 * Math.exp(1.5 * random.nextGaussian())));
            StartTime told = calibration.calibrated(T0, IN_AN_HOUR);
            if (!real.isBefore(told.low()) && !real.isAfter(told.high())) {
                within++;
            }
            calibration.observe(T0, IN_AN_HOUR, real);
        }
        assertThat((double) within / starts).isBetween(0.87, 0.93);
    }

    @Test
    void what_is_always_late_by_the_same_factor_is_expected_so_much_later() {
        learn(3, 200);
        StartTime told = calibration.calibrated(T0, IN_AN_HOUR);
        assertThat(Duration.between(T0, told.at())).isEqualTo(Duration.ofHours(3));
    }

    @Test
    void short_waits_are_not_judged_by_long_ones() {
        for (int start = 0; start < 100; start++) {
            calibration.observe(T0, promise(100_000), T0.plusSeconds(400_000));
            calibration.observe(T0, promise(60), T0.plusSeconds(60));
        }
        assertThat(calibration.calibrated(T0, promise(60)).at()).isEqualTo(T0.plusSeconds(60));
        assertThat(calibration.calibrated(T0, promise(100_000)).at()).isEqualTo(T0.plusSeconds(400_000));
    }

    @Test
    void what_was_long_ago_is_forgotten() {
        learn(9, Calibration.WINDOW);
        learn(1, Calibration.WINDOW);
        assertThat(calibration.calibrated(T0, IN_AN_HOUR).at()).isEqualTo(IN_AN_HOUR.at());
    }

    private void learn(int factor, int starts) {
        for (int start = 0; start < starts; start++) {
            calibration.observe(T0, IN_AN_HOUR, T0.plusSeconds(3600L * factor));
        }
    }

    private static StartTime promise(long seconds) {
        return new StartTime(
                T0.plusSeconds(seconds), T0.plusSeconds(seconds * 9 / 10), T0.plusSeconds(seconds * 11 / 10));
    }
}
