package io.deeptrain.event;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far an attempt has come. Between two reports of one attempt ({@code epoch}, {@code step}) never goes back.
 *
 * @param epoch epochs completed, of {@code epochs}
 * @param step steps completed, of {@code steps}, counted from the start of the job over all attempts
 * @param loss of the newest step, not a number before the first
 * @param metrics by name, as in {@code test_accuracy}; a fraction, not a percentage
 */
public record Progress(
        Phase phase,
        int epoch,
        int epochs,
        long step,
        long steps,
        double loss,
        Map<String, Double> metrics,
        double imagesPerSecond) {
    public Progress {
        metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
        if (epoch < 0 || step < 0) {
            throw new IllegalArgumentException("progress is negative: epoch %d, step %d".formatted(epoch, step));
        }
        if (epoch > epochs || step > steps) {
            throw new IllegalArgumentException(
                    "progress is past its end: epoch %d of %d, step %d of %d".formatted(epoch, epochs, step, steps));
        }
    }

    /** Whether this report shows work that {@code earlier} did not. */
    public boolean isBeyond(Progress earlier) {
        return step > earlier.step || phase.compareTo(earlier.phase) > 0;
    }
}
