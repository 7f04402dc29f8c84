package io.deeptrain.billing.meter;

import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import java.util.Comparator;

/**
 * R4 and R8. The meter of an attempt that is under way, as its worker last showed it together with new work.
 *
 * <p>R4: readings are cumulative, and the one that belongs to the most work is kept, so that a report which comes
 * twice, late or out of order changes nothing. R8: a reading counts only with the progress that it came with. Of two
 * reports of the same progress the smaller reading is kept, so that the meter of a hung attempt stands at its last
 * completed step, or look at an image.
 *
 * @param looks that the attempt had taken at images to measure what it has learned: these are work that shows no step
 */
public record ShownReading(long step, Phase phase, long looks, long millis) {
    private static final Comparator<ShownReading> BY_WORK = Comparator.comparingLong(ShownReading::step)
            .thenComparing(ShownReading::phase)
            .thenComparingLong(ShownReading::looks);

    public ShownReading {
        Readings.require(millis);
    }

    public static ShownReading of(ProgressReported report) {
        Progress progress = report.progress();
        return new ShownReading(
                progress.step(), progress.phase(), progress.looks().orElse(0L), report.readingMillis());
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
