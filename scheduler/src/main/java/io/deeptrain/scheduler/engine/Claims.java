package io.deeptrain.scheduler.engine;

import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.engine.EngineSnapshot.KeptRoom;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Room that is being made: for which job, on which worker, and who has yet to leave. One claim a job and a worker. */
final class Claims {
    /** So much room is made at once at most. */
    static final int MAX = 64;

    private final Map<JobId, Claim> byJob = new LinkedHashMap<>();
    private final Map<WorkerId, Claim> byWorker = new LinkedHashMap<>();

    /** The job waits for this room, which nobody else gets meanwhile. */
    static final class Claim {
        private final Holding reserved;
        private final WorkerId workerId;
        private final IncarnationId incarnation;
        private final int gpus;
        private final Set<Holding> leaving;
        private final Instant since;

        Claim(
                Holding reserved,
                WorkerId workerId,
                IncarnationId incarnation,
                int gpus,
                Collection<Holding> leaving,
                Instant since) {
            this.reserved = reserved;
            this.workerId = workerId;
            this.incarnation = incarnation;
            this.gpus = gpus;
            this.leaving = new LinkedHashSet<>(leaving);
            this.since = since;
        }

        /** As the lease that the job is to get will be named. */
        Holding reserved() {
            return reserved;
        }

        WorkerId workerId() {
            return workerId;
        }

        IncarnationId incarnation() {
            return incarnation;
        }

        int gpus() {
            return gpus;
        }

        boolean awaits(Holding holding) {
            return leaving.contains(holding);
        }

        void left(Holding holding) {
            leaving.remove(holding);
        }
    }

    void add(Claim claim) {
        byJob.put(claim.reserved.jobId(), claim);
        byWorker.put(claim.workerId, claim);
    }

    void remove(Claim claim) {
        byJob.remove(claim.reserved.jobId());
        byWorker.remove(claim.workerId);
    }

    boolean isFull() {
        return byJob.size() >= MAX;
    }

    Optional<Claim> of(JobId jobId) {
        return Optional.ofNullable(byJob.get(jobId));
    }

    Optional<Claim> on(WorkerId workerId) {
        return Optional.ofNullable(byWorker.get(workerId));
    }

    /** Everybody has left. */
    List<Claim> ready() {
        if (byJob.isEmpty()) {
            return List.of();
        }
        return byJob.values().stream().filter(claim -> claim.leaving.isEmpty()).toList();
    }

    List<Claim> madeBefore(Instant time) {
        return byJob.values().stream()
                .filter(claim -> claim.since.isBefore(time))
                .toList();
    }

    /** All of it, for others to look at. */
    List<KeptRoom> kept() {
        return byJob.values().stream()
                .map(claim -> new KeptRoom(
                        claim.reserved.jobId(), claim.workerId, claim.gpus, List.copyOf(claim.leaving), claim.since))
                .toList();
    }
}
