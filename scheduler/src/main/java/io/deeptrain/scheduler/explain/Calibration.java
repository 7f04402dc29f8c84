package io.deeptrain.scheduler.explain;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;

/**
 * Makes promised starts as wide and as late as those have been that came true: split conformal prediction (Vovk and
 * others 2005; of intervals: Romano and others, NeurIPS 2019), in the logarithm of the wait, for waits of about the
 * same length together. If waits go on as they were, {@link #COVERAGE} of the starts lie within their bounds, however
 * wrong the forecast is. The newest {@link #WINDOW} of each length count.
 *
 * <p>Belongs to one thread.
 */
public final class Calibration {
    /** The part of starts that is to lie within the bounds. */
    public static final double COVERAGE = 0.9;

    /** So many starts of each length are remembered. */
    static final int WINDOW = 400;

    /** With fewer starts than this nothing can be said about a length. */
    static final int ENOUGH = 20;

    /** Less is no wait. In seconds. */
    private static final double WAIT_MIN = 1;

    private final Map<Length, Deque<Miss>> misses = new EnumMap<>(Length.class);

    /** How long a wait is expected to be. Those of all lengths together stand in for a length that is rarely met. */
    private enum Length {
        MINUTES(Duration.ofMinutes(10)),
        HOUR(Duration.ofHours(1)),
        HOURS(Duration.ofHours(6)),
        DAY(Duration.ofDays(1)),
        DAYS(Duration.ofDays(36_500)),
        ANY(Duration.ZERO);

        private final Duration lessThan;

        Length(Duration lessThan) {
            this.lessThan = lessThan;
        }

        static Length of(Duration wait) {
            for (Length length : values()) {
                if (wait.compareTo(length.lessThan) < 0) {
                    return length;
                }
            }
            return ANY;
        }
    }

    /**
     * How far a start was off, in logarithms of the wait.
     *
     * @param late above 0 if it was later than expected
     * @param belowLow above 0 if it was earlier than its lower bound
     * @param aboveHigh above 0 if it was later than its upper bound
     */
    private record Miss(double late, double belowLow, double aboveHigh) {}

    /** A start that was promised at {@code asOf}, uncalibrated, and what came of it. */
    public void observe(Instant asOf, StartTime promised, Instant started) {
        double real = log(asOf, started);
        Miss miss = new Miss(
                real - log(asOf, promised.at()), log(asOf, promised.low()) - real, real - log(asOf, promised.high()));
        remember(Length.of(Duration.between(asOf, promised.at())), miss);
        remember(Length.ANY, miss);
    }

    /** The same promise with what was learned. A start at once needs no bounds. */
    public StartTime calibrated(Instant asOf, StartTime promised) {
        if (!promised.at().isAfter(asOf)) {
            return promised;
        }
        Deque<Miss> alike = alike(Length.of(Duration.between(asOf, promised.at())));
        if (alike.size() < ENOUGH) {
            return promised;
        }
        double shift = quantile(alike.stream().mapToDouble(Miss::late).toArray(), 0.5);
        double margin = quantile(
                alike.stream()
                        .mapToDouble(miss -> Math.max(miss.belowLow() + shift, miss.aboveHigh() - shift))
                        .toArray(),
                COVERAGE);
        Instant at = after(asOf, log(asOf, promised.at()) + shift);
        Instant low = after(asOf, log(asOf, promised.low()) + shift - margin);
        Instant high = after(asOf, log(asOf, promised.high()) + shift + margin);
        return new StartTime(at, low.isBefore(at) ? low : at, high.isAfter(at) ? high : at);
    }

    private Deque<Miss> alike(Length length) {
        Deque<Miss> same = misses.getOrDefault(length, new ArrayDeque<>());
        return same.size() >= ENOUGH ? same : misses.getOrDefault(Length.ANY, new ArrayDeque<>());
    }

    private void remember(Length length, Miss miss) {
        Deque<Miss> same = misses.computeIfAbsent(length, _ -> new ArrayDeque<>());
        same.addLast(miss);
        if (same.size() > WINDOW) {
            same.removeFirst();
        }
    }

    /**
     * The smallest value that this share of one more than there are does not exceed, as conformal prediction has it.
     */
    private static double quantile(double[] values, double share) {
        Arrays.sort(values);
        int rank = (int) Math.ceil(share * (values.length + 1));
        return values[Math.clamp(rank, 1, values.length) - 1];
    }

    private static double log(Instant asOf, Instant start) {
        return Math.log(Math.max(WAIT_MIN, Duration.between(asOf, start).toMillis() / 1000.0));
    }

    private static Instant after(Instant asOf, double logOfSeconds) {
        double seconds = Math.min(Math.exp(logOfSeconds), (double) Length.DAYS.lessThan.toSeconds());
        return asOf.plusMillis(Math.round(seconds * 1000));
    }
}
