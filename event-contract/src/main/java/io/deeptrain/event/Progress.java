package io.deeptrain.event;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How far an attempt has come. Between two reports of one attempt ({@code epoch}, {@code step}) never goes back, nor do
 * {@code looks}.
 *
 * @param epoch epochs completed, of {@code epochs}
 * @param step steps completed, of {@code steps}, counted from the start of the job over all attempts
 * @param loss of the newest step, not a number before the first
 * @param metrics by name, as in {@code test_accuracy}; a fraction, not a percentage
 * @param looks how often the attempt has looked at an image to measure what it has learned, in all of its evaluations:
 *     these show no steps, and may take long; absent before the first, and where nobody counts them
 */
public record Progress(
        Phase phase,
        int epoch,
        int epochs,
        long step,
        long steps,
        double loss,
        Map<String, Double> metrics,
        double imagesPerSecond,
        Optional<Long> looks) {
    public Progress {
        metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
        if (epoch < 0 || step < 0) {
            throw new IllegalArgumentException("progress is negative: epoch %d, step %d".formatted(epoch, step));
        }
        if (looks.filter(count -> count < 0).isPresent()) {
            throw new IllegalArgumentException("looks are negative: " + looks.get());
        }
        if (epoch > epochs || step > steps) {
            throw new IllegalArgumentException(
                    "progress is past its end: epoch %d of %d, step %d of %d".formatted(epoch, epochs, step, steps));
        }
    }

    /** Of an attempt that has measured nothing yet. */
    public Progress(
            Phase phase,
            int epoch,
            int epochs,
            long step,
            long steps,
            double loss,
            Map<String, Double> metrics,
            double imagesPerSecond) {
        this(phase, epoch, epochs, step, steps, loss, metrics, imagesPerSecond, Optional.empty());
    }

    /** Whether this report of the same attempt shows work that {@code earlier} did not. */
    public boolean isBeyond(Progress earlier) {
        return step > earlier.step || phase.compareTo(earlier.phase) > 0 || looks.orElse(0L) > earlier.looks.orElse(0L);
    }
}
