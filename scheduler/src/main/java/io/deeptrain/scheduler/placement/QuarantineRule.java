package io.deeptrain.scheduler.placement;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * When a worker or a GPU that fails is taken out of service, and for how long.
 *
 * <pre>
 * good      --the n-th fault within the window--> out
 * out       --the back-off is over-->             probation
 * probation --one fault-->                        out, for twice as long as before
 * probation --its time is over-->                 good
 * </pre>
 *
 * @param faults so many within {@code window} are too many
 * @param backOff how long it is out the first time; doubled each time after that
 * @param backOffMax but never longer
 */
public record QuarantineRule(int faults, Duration window, Duration backOff, Duration backOffMax, Duration probation) {
    public static final QuarantineRule STANDARD = new QuarantineRule(
            3, Duration.ofMinutes(10), Duration.ofMinutes(5), Duration.ofHours(4), Duration.ofMinutes(30));

    /** Nothing speaks against it. */
    public static final Standing GOOD = new Standing.Good(List.of());

    public QuarantineRule {
        if (faults < 1) {
            throw new IllegalArgumentException("faults must be positive: " + faults);
        }
        if (Stream.of(window, backOff, probation).anyMatch(each -> !each.isPositive())) {
            throw new IllegalArgumentException(
                    "window, backOff and probation must be positive: %s, %s, %s".formatted(window, backOff, probation));
        }
        if (backOffMax.compareTo(backOff) < 0) {
            throw new IllegalArgumentException(
                    "backOffMax must not be below backOff: %s, %s".formatted(backOffMax, backOff));
        }
    }

    /** How a worker or a GPU is thought of. Times are those of one clock, in nanoseconds. */
    public sealed interface Standing {
        /** In service; the times of its latest faults, the oldest first. */
        record Good(List<Long> faultNanos) implements Standing {
            public Good {
                faultNanos = List.copyOf(faultNanos);
            }
        }

        /** Out of service so many times in a row by now. */
        record Out(int round, long untilNanos) implements Standing {}

        /** In service again, and watched. */
        record Probation(int round, long untilNanos) implements Standing {}

        default boolean isOut() {
            return this instanceof Out;
        }
    }

    /** What time alone has made of it. */
    public Standing at(Standing standing, long nowNanos) {
        return switch (standing) {
            case Standing.Good good -> good;
            case Standing.Out(var round, var untilNanos)
            when untilNanos <= nowNanos ->
                at(new Standing.Probation(round, untilNanos + probation.toNanos()), nowNanos);
            case Standing.Out out -> out;
            case Standing.Probation(var _, var untilNanos) when untilNanos <= nowNanos -> GOOD;
            case Standing.Probation onProbation -> onProbation;
        };
    }

    /** What a fault makes of it. A fault of what was started before it was taken out changes nothing. */
    public Standing afterFault(Standing standing, long nowNanos) {
        return switch (at(standing, nowNanos)) {
            case Standing.Good(var faultNanos) -> afterFault(faultNanos, nowNanos);
            case Standing.Out out -> out;
            case Standing.Probation(var round, var _) -> out(round + 1, nowNanos);
        };
    }

    private Standing afterFault(List<Long> earlier, long nowNanos) {
        List<Long> recent = Stream.concat(earlier.stream(), Stream.of(nowNanos))
                .filter(nanos -> nowNanos - nanos < window.toNanos())
                .toList();
        return recent.size() < faults ? new Standing.Good(recent) : out(1, nowNanos);
    }

    private Standing out(int round, long nowNanos) {
        Duration length = backOff;
        for (int doubled = 1; doubled < round && length.compareTo(backOffMax) < 0; doubled++) {
            length = length.multipliedBy(2);
        }
        Duration bounded = length.compareTo(backOffMax) < 0 ? length : backOffMax;
        return new Standing.Out(round, nowNanos + bounded.toNanos());
    }
}
