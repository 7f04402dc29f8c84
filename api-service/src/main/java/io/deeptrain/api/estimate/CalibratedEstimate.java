package io.deeptrain.api.estimate;

import java.time.Duration;
import java.util.Locale;

/**
 * How long a training will take, within which bounds, and how that is known.
 *
 * @param low about one in ten trainings is faster
 * @param high about one in ten is slower
 */
public record CalibratedEstimate(TrainingEstimate expected, Duration low, Duration high, Calibration basis) {
    /** The basis in words. */
    public String explanation() {
        return basis.runs() < Calibration.RUNS_MIN
                ? "The template's formula, measured on one CPU core; %d trainings of it have finished here, and %d are needed to learn from"
                        .formatted(basis.runs(), Calibration.RUNS_MIN)
                : String.format(
                        Locale.ROOT,
                        "The last %d trainings of this template; they were off by %.0f %% (median)",
                        basis.runs(),
                        100 * basis.medianError().orElseThrow());
    }
}
