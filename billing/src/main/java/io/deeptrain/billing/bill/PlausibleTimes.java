package io.deeptrain.billing.bill;

import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobCancelling;
import io.deeptrain.event.JobEvent.JobCheckpointed;
import io.deeptrain.event.JobEvent.JobFailed;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The times between which a history can lie. An instant may be a thousand million years away, where no database stores
 * it and no difference of it fits: an entry that says so would be tried again for ever.
 */
final class PlausibleTimes {
    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2999-12-31T00:00:00Z");

    private PlausibleTimes() {}

    /** The first time of the entry that no job ran at. */
    static Optional<Instant> firstImplausible(JobEvent entry) {
        return times(entry).stream()
                .filter(time -> time.isBefore(EARLIEST) || time.isAfter(LATEST))
                .findFirst();
    }

    private static List<Instant> times(JobEvent entry) {
        return switch (entry) {
            case JobCancelling cancelling -> List.of(cancelling.occurredAt(), cancelling.cancelledAt());
            case JobCancelled cancelled -> List.of(cancelled.occurredAt(), cancelled.cancelledAt());
            case JobQueued _,
                    JobAssigned _,
                    JobStarted _,
                    JobCheckpointed _,
                    JobRequeued _,
                    JobFinishing _,
                    JobSucceeded _,
                    JobFailed _ -> List.of(entry.occurredAt());
        };
    }
}
