package io.deeptrain.scheduler.explain;

import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.GpuShare;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.engine.EngineSnapshot.KeptRoom;
import io.deeptrain.scheduler.fleet.Place;
import io.deeptrain.scheduler.job.Ending;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Cancelling;
import io.deeptrain.scheduler.job.JobState.Ended;
import io.deeptrain.scheduler.job.JobState.Finishing;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.job.JobState.Running;
import io.deeptrain.scheduler.job.Lease;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** A change to try on a copy of the queue. */
public sealed interface Edit {
    /** More workers in one question than this would only make the answer late. */
    int WORKERS_MAX = 1_000;

    EngineSnapshot in(EngineSnapshot snapshot);

    /**
     * So many workers join that have so many GPUs each.
     *
     * @param gpuMilli thousandths of a GPU that each of them is; less than 1000 only for a single one
     */
    record Join(int count, int gpusEach, String gpuClass, int gpuMilli) implements Edit {
        private static final String NAME = "~joined-";
        private static final String NO_CLASS = "";

        /** Of a class that no job asks for. */
        public Join(int count, int gpusEach) {
            this(count, gpusEach, NO_CLASS, GpuShare.WHOLE);
        }

        public Join {
            if (count < 1 || count > WORKERS_MAX) {
                throw new IllegalArgumentException("count must be 1 to %d: %d".formatted(WORKERS_MAX, count));
            }
            if (gpusEach < 1 || gpusEach > Proposal.GPUS_MAX) {
                throw new IllegalArgumentException(
                        "gpus_each must be 1 to %d: %d".formatted(Proposal.GPUS_MAX, gpusEach));
            }
            Proposal.requireShare("gpus_each", gpusEach, gpuMilli);
        }

        @Override
        public EngineSnapshot in(EngineSnapshot snapshot) {
            List<Place> places = new ArrayList<>(snapshot.places());
            for (int number = 0; number < count; number++) {
                String name = NAME + places.size();
                WorkerBeat beat = new WorkerBeat(
                        new WorkerId(name),
                        new IncarnationId(name),
                        1,
                        gpuClass,
                        gpusEach,
                        Readiness.ACCEPTING,
                        List.of(),
                        Optional.empty(),
                        Optional.of(gpuMilli).filter(milli -> milli < GpuShare.WHOLE));
                places.add(new Place(beat, Map.of(), gpusEach));
            }
            long fleetMilli = snapshot.fleetMilli().orElse(0) + (long) count * gpusEach * gpuMilli;
            return snapshot.with(places, snapshot.jobs(), snapshot.claims(), OptionalLong.of(fleetMilli));
        }
    }

    /** A worker leaves. What runs on it waits again, at its old place and with the checkpoints that it has. */
    record Leave(WorkerId workerId) implements Edit {
        @Override
        public EngineSnapshot in(EngineSnapshot snapshot) {
            Place leaving = snapshot.places().stream()
                    .filter(place -> place.workerId().equals(workerId))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no worker %s: one of %s would be right"
                            .formatted(
                                    workerId,
                                    snapshot.places().stream()
                                            .map(Place::workerId)
                                            .limit(20)
                                            .toList())));
            List<Place> places = new ArrayList<>(snapshot.places());
            places.remove(leaving);
            List<KeptRoom> claims = snapshot.claims().stream()
                    .filter(claim -> !claim.workerId().equals(workerId))
                    .toList();
            List<JobRecord> jobs = new ArrayList<>();
            for (JobRecord job : snapshot.jobs()) {
                if (job.state() instanceof Leased leased && isMember(leased.lease())) {
                    places.replaceAll(place -> vacated(place, leased.lease(), snapshot.settings()));
                    jobs.add(waitingAgain(job, snapshot.now()));
                } else {
                    jobs.add(job);
                }
            }
            long fleetMilli = snapshot.fleetMilli().orElse(0)
                    - (leaving.isAccepting()
                            ? (long) leaving.gpus() * leaving.lastBeat().milliOfEach()
                            : 0);
            return snapshot.with(places, jobs, claims, OptionalLong.of(fleetMilli));
        }

        private boolean isMember(Lease lease) {
            return lease.members().stream().anyMatch(member -> member.workerId().equals(workerId));
        }

        /** Who runs another part of the same attempt has that free again. */
        private static Place vacated(Place place, Lease lease, EngineSettings settings) {
            return lease.members().stream()
                    .filter(member -> member.workerId().equals(place.workerId()))
                    .findFirst()
                    .map(member -> new Place(
                            place.lastBeat(),
                            place.strays(),
                            place.gpusSpare() + settings.occupied(member.gpus(), place.gpus())))
                    .orElse(place);
        }

        /** One that is being cancelled runs no longer anywhere. */
        private static JobRecord waitingAgain(JobRecord job, Instant now) {
            return switch (job.state()) {
                case Assigned(var lease, var losses, var lineage, var stopWish, var _) ->
                    job.with(new Queued(lease.token(), now, now, losses, lineage, stopWish), job.sequence());
                case Running running ->
                    job.with(
                            new Queued(
                                    running.token(), now, now, running.losses(), running.lineage(), running.stopWish()),
                            job.sequence());
                case Cancelling(var lease, var cancelledAt, var _, var readingMillis) ->
                    job.with(
                            new Ended(lease.token(), new Ending.Cancelled(cancelledAt), readingMillis, now),
                            job.sequence());
                case Queued _, Finishing _, Ended _ -> job;
            };
        }
    }

    /** One queue has other limits. */
    record Limit(Level level, Tenant tenant, String queue, UnaryOperator<QueueLimits> change) implements Edit {
        @Override
        public EngineSnapshot in(EngineSnapshot snapshot) {
            QueueSettings queues = snapshot.settings().queues();
            QueueLimits limits = change.apply(level.limitsIn(queues, tenant, queue));
            return snapshot.with(level.withLimits(queues, tenant, queue, limits));
        }
    }
}
