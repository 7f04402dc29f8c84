package io.deeptrain.worker.attempt;

import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.JobId;
import io.deeptrain.worker.gpu.GpuHealth;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * All that the worker's protocol knows.
 *
 * @param health of its GPUs, as they were seen last
 * @param gpus how many it offers now: all of its own, or fewer while some are broken
 * @param beats how many were sent
 * @param ended the newest ended attempt of each job, oldest first, so that a late or repeated assignment starts nothing
 *     twice
 * @param unacknowledged events that must not be lost and that the broker has not confirmed, oldest first
 */
public record WorkerState(
        WorkerIdentity identity,
        GpuHealth health,
        int gpus,
        Readiness readiness,
        Activity activity,
        long beats,
        Map<JobId, Ended> ended,
        List<Unacknowledged> unacknowledged) {

    /** How many jobs the worker remembers having ended. */
    static final int ENDED_MAX = 64;

    /** An attempt that is over for this worker. */
    public record Ended(FencingToken token, List<AttemptEvent> lastWord) {
        public Ended {
            lastWord = List.copyOf(lastWord);
        }
    }

    /** An event and when it was last sent. */
    public record Unacknowledged(AttemptEvent event, long sentAtMillis) {}

    public WorkerState {
        ended = Collections.unmodifiableMap(new LinkedHashMap<>(ended));
        unacknowledged = List.copyOf(unacknowledged);
    }

    static WorkerState started(WorkerIdentity identity) {
        return new WorkerState(
                identity,
                new GpuHealth.Healthy(),
                identity.gpus(),
                Readiness.ACCEPTING,
                new Activity.Idle(),
                0,
                Map.of(),
                List.of());
    }

    /** Of so many GPUs that it can rely on; fewer if it has no more. */
    List<Integer> placesFor(int number) {
        return health.places(Math.min(number, identity.gpus()));
    }

    Optional<Ended> endedOf(JobId jobId) {
        return Optional.ofNullable(ended.get(jobId));
    }

    /**
     * What the beats list: the attempt in the trainer, the one that waits for it, and those whose last word has not
     * arrived. The latter keep their lease, because a success that is on its way must not be taken for a loss.
     */
    List<Holding> holdings() {
        SequencedSet<Holding> holdings = new LinkedHashSet<>();
        switch (activity) {
            case Activity.Idle() -> {}
            case Activity.Stopping stopping -> {
                holdings.add(stopping.attempt().holding());
                stopping.next().forEach(next -> holdings.add(AttemptId.of(next).holding()));
            }
            case Activity.Busy busy -> holdings.add(busy.attempt().holding());
            case Activity.Lending lending -> {
                holdings.add(lending.attempt().holding());
                lending.next().forEach(next -> holdings.add(AttemptId.of(next).holding()));
            }
        }
        unacknowledged.forEach(
                waiting -> holdings.add(AttemptId.of(waiting.event()).holding()));
        return List.copyOf(holdings);
    }

    WorkerState with(Activity activity) {
        return new WorkerState(identity, health, gpus, readiness, activity, beats, ended, unacknowledged);
    }

    WorkerState with(Readiness readiness) {
        return new WorkerState(identity, health, gpus, readiness, activity, beats, ended, unacknowledged);
    }

    WorkerState with(List<Unacknowledged> unacknowledged) {
        return new WorkerState(identity, health, gpus, readiness, activity, beats, ended, unacknowledged);
    }

    WorkerState with(GpuHealth newHealth, int number) {
        return new WorkerState(identity, newHealth, number, readiness, activity, beats, ended, unacknowledged);
    }

    WorkerState withBeat() {
        return new WorkerState(identity, health, gpus, readiness, activity, beats + 1, ended, unacknowledged);
    }

    WorkerState ending(AttemptId attempt, List<AttemptEvent> lastWord) {
        LinkedHashMap<JobId, Ended> after = new LinkedHashMap<>(ended);
        Ended before = after.get(attempt.jobId());
        if (before != null && before.token().compareTo(attempt.token()) >= 0) {
            return this;
        }
        after.remove(attempt.jobId());
        after.put(attempt.jobId(), new Ended(attempt.token(), lastWord));
        while (after.size() > ENDED_MAX) {
            after.pollFirstEntry();
        }
        return new WorkerState(identity, health, gpus, readiness, activity, beats, after, unacknowledged);
    }
}
