package io.deeptrain.billing.charge;

import io.deeptrain.billing.meter.AttemptTally;
import io.deeptrain.billing.meter.Ending;
import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.Fault;
import java.util.List;

/**
 * R6 and R7. Whose failure it was decides who pays. A job that failed by its tenant's data or settings is charged up to
 * the failure, like any other. A job that failed by our fault, which includes every fault that nobody knows, costs
 * nothing at all.
 */
final class Liability {
    private Liability() {}

    static List<AttemptTally> apply(Ending ending, List<AttemptTally> tallies) {
        return tenantPays(ending)
                ? tallies
                : tallies.stream().map(Liability::forgiven).toList();
    }

    private static boolean tenantPays(Ending ending) {
        return switch (ending) {
            case Ending.Open _, Ending.Cancelling _, Ending.Cancelled _, Ending.Succeeded _ -> true;
            case Ending.Failed failed -> tenantPays(failed.fault());
        };
    }

    private static boolean tenantPays(Fault fault) {
        return switch (fault) {
            case USER -> true;
            case PLATFORM, CAPACITY -> false;
        };
    }

    private static AttemptTally forgiven(AttemptTally tally) {
        return tally.freeing(tally.billableMillis(), FreeReason.PLATFORM_FAILURE);
    }
}
