package io.deeptrain.scheduler.control;

import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.fleet.Place;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.placement.Condition;
import io.deeptrain.scheduler.placement.QuarantineRule.Standing.Out;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** The workers as operators look at them, by name: those that are there, and those that something is ordered of. */
public record FleetControl(List<WorkerControl> workers) {
    /**
     * One worker.
     *
     * @param quarantinedUntil when it gets work again after having failed too often
     * @param place absent if the worker is not there
     * @param jobs that are leased to it
     */
    public record WorkerControl(
            WorkerId workerId,
            Condition condition,
            Optional<Instant> quarantinedUntil,
            Optional<Place> place,
            List<JobId> jobs) {
        public WorkerControl {
            jobs = List.copyOf(jobs);
        }
    }

    public FleetControl {
        workers = List.copyOf(workers);
    }

    public static FleetControl of(Collection<Place> places, Collection<JobRecord> jobs, Controls controls) {
        Map<WorkerId, Place> present = new HashMap<>();
        places.forEach(place -> present.put(place.workerId(), place));
        Map<WorkerId, TreeSet<JobId>> leased = new TreeMap<>();
        present.keySet().forEach(workerId -> leased.put(workerId, new TreeSet<>()));
        controls.conditions().keySet().forEach(workerId -> leased.put(workerId, new TreeSet<>()));
        for (JobRecord job : jobs) {
            if (job.state() instanceof Leased state) {
                leased.computeIfAbsent(state.lease().holder(), _ -> new TreeSet<>())
                        .add(job.jobId());
            }
        }
        List<WorkerControl> workers = new ArrayList<>();
        leased.forEach((workerId, held) -> workers.add(new WorkerControl(
                workerId,
                controls.conditionOf(workerId),
                quarantinedUntil(controls, workerId),
                Optional.ofNullable(present.get(workerId)),
                List.copyOf(held))));
        return new FleetControl(workers);
    }

    private static Optional<Instant> quarantinedUntil(Controls controls, WorkerId workerId) {
        return controls.standingOf(workerId) instanceof Out(var _, var untilNanos)
                ? Optional.of(Instant.EPOCH.plusMillis(TimeUnit.NANOSECONDS.toMillis(untilNanos)))
                : Optional.empty();
    }
}
