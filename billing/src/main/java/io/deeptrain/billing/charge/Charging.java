package io.deeptrain.billing.charge;

import io.deeptrain.billing.meter.AttemptTally;
import io.deeptrain.billing.meter.JobUsage;
import io.deeptrain.billing.meter.Lineage;
import io.deeptrain.event.ChargeEvent.Statement;
import java.util.List;

/**
 * What a job costs, at any moment of its life. The steps, each in the place that is named after it:
 *
 * <ol>
 *   <li>{@link io.deeptrain.billing.meter.Meter} folds the history into attempts with their readings (R2, R3, R4, R8,
 *       R9).
 *   <li>{@link Lineage} divides each reading: within the server's clock (R5), and in the line of attempts that led to
 *       the result (R6).
 *   <li>{@link Liability}: our failures are free (R6, R7).
 *   <li>{@link Cap}: never above the cap (R14).
 *   <li>{@link Rounding}: once, down (R10), at the pinned price (R1).
 * </ol>
 *
 * <p>{@link Periods} divides the result over the months (R11).
 */
public final class Charging {
    private Charging() {}

    public static Statement statement(JobUsage usage) {
        List<AttemptTally> tallies = tallies(usage);
        long seconds = Rounding.wholeSeconds(
                usage.terms(),
                tallies.stream().mapToLong(AttemptTally::billableGpuMillis).sum());
        return new Statement(
                usage.terms().rate(),
                usage.terms().gpus(),
                seconds,
                Rounding.cost(usage.terms(), seconds).cents(),
                tallies.stream().map(AttemptTally::line).toList());
    }

    /** Every attempt's reading, divided for good into billable and free. */
    public static List<AttemptTally> tallies(JobUsage usage) {
        return Cap.apply(usage.terms(), Liability.apply(usage.ending(), Lineage.tallies(usage)));
    }
}
