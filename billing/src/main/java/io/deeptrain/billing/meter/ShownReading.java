package io.deeptrain.billing.meter;

import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Phase;
import java.util.Comparator;

/**
 * R4 and R8. The meter of an attempt that is under way, as its worker last showed it together with new work.
 *
 * <p>R4: readings are cumulative, and the one that belongs to the most work is kept, so that a report which comes
 * twice, late or out of order changes nothing. R8: a reading counts only with the progress that it came with. Of two
 * reports of the same progress the smaller reading is kept, so that the meter of a hung attempt stands at its last
 * completed step.
 */
public record ShownReading(long step, Phase phase, long millis) {
    private static final Comparator<ShownReading> BY_WORK =
            Comparator.comparingLong(ShownReading::step).thenComparing(ShownReading::phase);

    public ShownReading {
        Readings.require(millis);
    }

    public static ShownReading of(ProgressReported report) {
        return new ShownReading(report.progress().step(), report.progress().phase(), report.readingMillis());
    }

    /** Which of the two stands. The order in which they come does not matter. */
    public ShownReading or(ShownReading other) {
        int comparison = BY_WORK.compare(this, other);
        if (comparison == 0) {
            return millis <= other.millis ? this : other;
        }
        return comparison > 0 ? this : other;
    }
}
