package io.deeptrain.scheduler.explain;

import io.deeptrain.event.JobId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.engine.EngineSnapshot.KeptRoom;
import io.deeptrain.scheduler.explain.Change.Workers;
import io.deeptrain.scheduler.fleet.Place;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.placement.GpuKind;
import io.deeptrain.scheduler.placement.KindRooms;
import io.deeptrain.scheduler.placement.RoomIndex;
import io.deeptrain.scheduler.placement.RoomIndex.Share;
import io.deeptrain.scheduler.queue.JobQueue;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.Room;
import io.deeptrain.scheduler.queue.Shape;
import io.deeptrain.scheduler.queue.Ticket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The queue and the room of a snapshot, to try what would happen: time passes, workers join, jobs end, and those whose
 * turn it is start, as the engine would let them. Nobody is asked to make room who was not already.
 */
final class Rehearsal {
    private static final String ADDED = "~added-";

    private final JobQueue queue;
    private final KindRooms free = new KindRooms();
    /** What those have that take on work. */
    private final KindRooms accepting = new KindRooms();
    /** Of those that can share an attempt: what is free, and what those have that take on work. */
    private final RoomIndex freeJoint = new RoomIndex();

    private final RoomIndex joint = new RoomIndex();
    private final Map<WorkerId, Place> places = new HashMap<>();
    /** Of those that have joined. */
    private final Map<WorkerId, GpuKind> kinds = new HashMap<>();

    private final Map<WorkerId, Integer> gpus = new HashMap<>();
    private final Map<WorkerId, Integer> spare = new HashMap<>();
    private final Map<JobId, KeptRoom> claims = new HashMap<>();
    private final Map<JobId, JobRecord> waiting = new HashMap<>();
    /** Since when those wait that have made room. */
    private final Map<JobId, Instant> again = new HashMap<>();

    private final List<Workers> added = new ArrayList<>();
    private final Room room = new FreeRoom();
    private final EngineSettings engine;
    private int addedCount;
    private OptionalLong fleetMilli;

    /** A job, and where it began to run, on how many GPUs. */
    record Started(JobRecord job, List<Share> shares) {}

    /** What it would be like at this time and with these limits. */
    Rehearsal(EngineSnapshot snapshot, QueueSettings settings, Instant at) {
        engine = snapshot.settings();
        fleetMilli = snapshot.fleetMilli();
        queue = queueOf(snapshot, settings, at);
        fleetMilli.ifPresent(gpuMilli -> queue.resizeMilli(Shape.ANY_CLASS, gpuMilli));
        for (JobRecord job : snapshot.jobs()) {
            if (job.state() instanceof Queued && !job.isHeld()) {
                waiting.put(job.jobId(), job);
            }
        }
        snapshot.claims().forEach(claim -> claims.put(claim.jobId(), claim));
        for (Place place : snapshot.places()) {
            places.put(place.workerId(), place);
            if (place.isAccepting()) {
                accepting.put(
                        place.workerId(),
                        place.lastBeat().gpuClass(),
                        place.lastBeat().milliOfEach(),
                        place.gpus());
                gpus.put(place.workerId(), place.gpus());
                if (place.isJoint()) {
                    joint.put(place.workerId(), place.lastBeat().gpuClass(), place.topology(), place.gpus());
                }
                offer(place.workerId(), place.gpusSpare());
            }
        }
    }

    /** Everybody who runs and waits and is not held, in a fleet of unlimited size. */
    static JobQueue queueOf(EngineSnapshot snapshot, QueueSettings settings, Instant at) {
        JobQueue queue = new JobQueue(settings);
        queue.recall(snapshot.uses());
        queue.advanceTo(at);
        for (JobRecord job : snapshot.jobs()) {
            if (job.state() instanceof Leased) {
                queue.began(job.tenant(), job.shapeHeld());
            } else if (job.state() instanceof Queued queued && !job.isHeld()) {
                queue.add(job.ticketIn(queue), queued.notBefore());
            }
        }
        return queue;
    }

    void advanceTo(Instant later) {
        queue.advanceTo(later);
    }

    /** A job is asked for. */
    void add(JobRecord job) {
        waiting.put(job.jobId(), job);
        queue.add(job.ticketIn(queue), notBefore(job));
    }

    /** A job that runs gives its GPUs back, which it held for so long. */
    void end(JobRecord job, List<Share> shares, Duration held) {
        queue.ended(
                job.tenant(), job.shapeOf(shares.stream().mapToInt(Share::gpus).sum()), held);
        shares.forEach(this::vacate);
    }

    /** A job that was asked to make room has done so, and waits again. */
    void makeRoom(JobRecord job, List<Share> shares, Instant at) {
        queue.ended(job.tenant(), job.shapeHeld(), Duration.ZERO);
        shares.forEach(this::vacate);
        waiting.put(job.jobId(), job);
        queue.add(job.ticketIn(queue), at);
        again.put(job.jobId(), at);
    }

    /** Those that room is kept for start there. */
    List<Started> startWhereRoomIsKept() {
        List<Started> started = new ArrayList<>();
        for (KeptRoom kept : List.copyOf(claims.values())) {
            JobRecord job = waiting.remove(kept.jobId());
            if (job != null) {
                claims.remove(kept.jobId());
                queue.remove(job.ticketIn(queue), notBefore(job));
                queue.began(job.tenant(), job.shapeOf(kept.gpus()));
                started.add(new Started(job, List.of(new Share(kept.workerId(), kept.gpus()))));
            }
        }
        return started;
    }

    JobQueue queue() {
        return queue;
    }

    Room room() {
        return room;
    }

    /** Of the workers that have joined since, in the order in which they did. */
    List<Workers> added() {
        return List.copyOf(added);
    }

    int addedCount() {
        return addedCount;
    }

    /** A worker joins that has so many GPUs of this kind. */
    void join(int count, GpuKind kind) {
        addedCount++;
        WorkerId workerId = new WorkerId(ADDED + addedCount);
        kinds.put(workerId, kind);
        accepting.put(workerId, classOf(workerId), kind.gpuMilli(), count);
        gpus.put(workerId, count);
        offer(workerId, count);
        fleetMilli = OptionalLong.of(fleetMilli.orElse(0) + (long) count * kind.gpuMilli());
        queue.resizeMilli(Shape.ANY_CLASS, fleetMilli.getAsLong());
        int alike = !added.isEmpty() && added.getLast().isEach(count, kind)
                ? added.removeLast().count()
                : 0;
        added.add(new Workers(alike + 1, count, kind));
    }

    /** Whose turn it is of those that there is room for, started. */
    Optional<Started> startNext() {
        Optional<Ticket> next = queue.next(room);
        if (next.isEmpty()) {
            return Optional.empty();
        }
        JobRecord job = waiting.remove(next.get().jobId());
        if (job == null) {
            throw new IllegalStateException("in the queue, but not waiting: " + next.get());
        }
        Collection<WorkerId> avoided =
                job.state() instanceof Queued queued ? queued.losses().workers() : List.of();
        List<Share> shares = free.bestFit(job.kind(), job.gpus(), avoided)
                .map(workerId -> List.of(new Share(workerId, job.gpus())))
                .or(() -> job.kind().isOfWhole()
                        ? freeJoint.together(job.kind().classes(), job.gpus(), avoided)
                        : Optional.empty())
                .orElseThrow(() -> new IllegalStateException("no worker has room for " + job.jobId()));
        queue.remove(next.get(), notBefore(job));
        KeptRoom kept = claims.remove(job.jobId());
        if (kept != null) {
            vacate(new Share(kept.workerId(), kept.gpus()));
        }
        shares.forEach(this::occupy);
        queue.began(job.tenant(), job.shape());
        return Optional.of(new Started(job, shares));
    }

    private Instant notBefore(JobRecord job) {
        Instant waitsAgain = again.get(job.jobId());
        if (waitsAgain != null) {
            return waitsAgain;
        }
        if (job.state() instanceof Queued queued) {
            return queued.notBefore();
        }
        throw new IllegalStateException("does not wait: " + job);
    }

    private void occupy(Share share) {
        Integer before = spare.get(share.workerId());
        if (before != null) {
            offer(share.workerId(), before - occupied(share));
        }
    }

    private void vacate(Share share) {
        Integer before = spare.get(share.workerId());
        if (before != null) {
            offer(share.workerId(), before + occupied(share));
        }
    }

    private int occupied(Share share) {
        return engine.occupied(share.gpus(), gpus.getOrDefault(share.workerId(), share.gpus()));
    }

    private void offer(WorkerId workerId, int offered) {
        spare.put(workerId, offered);
        Place place = places.get(workerId);
        free.put(workerId, classOf(workerId), milliOf(workerId), Math.max(0, offered));
        if (place != null && place.isJoint()) {
            freeJoint.put(workerId, place.lastBeat().gpuClass(), place.topology(), Math.max(0, offered));
        }
    }

    /** A worker that has joined for a job of any class has none that another one could ask for. */
    private String classOf(WorkerId workerId) {
        Place place = places.get(workerId);
        return place == null
                ? kinds.getOrDefault(workerId, GpuKind.ANY).classes().names().stream()
                        .findFirst()
                        .orElse("")
                : place.lastBeat().gpuClass();
    }

    private int milliOf(WorkerId workerId) {
        Place place = places.get(workerId);
        return place == null
                ? kinds.getOrDefault(workerId, GpuKind.ANY).gpuMilli()
                : place.lastBeat().milliOfEach();
    }

    private final class FreeRoom implements Room {
        @Override
        public boolean has(Shape shape) {
            return shape.gpus() <= free.gpusMax(shape.kind()) || isJoint(freeJoint, shape);
        }

        @Override
        public boolean canEverHave(Shape shape) {
            return shape.gpus() <= accepting.gpusMax(shape.kind()) || isJoint(joint, shape);
        }

        private boolean isJoint(RoomIndex rooms, Shape shape) {
            return shape.kind().isOfWhole()
                    && shape.gpus() <= rooms.gpusTogetherMax(shape.kind().classes());
        }
    }
}
