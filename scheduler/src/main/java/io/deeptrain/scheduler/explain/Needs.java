package io.deeptrain.scheduler.explain;

import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.explain.Change.Raise;
import io.deeptrain.scheduler.explain.Change.RaiseBorrowMax;
import io.deeptrain.scheduler.explain.Change.RaiseRunningMax;
import io.deeptrain.scheduler.explain.Change.Workers;
import io.deeptrain.scheduler.explain.Rehearsal.Started;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.placement.GpuKind;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.QueueStanding;
import io.deeptrain.scheduler.queue.Shape;
import io.deeptrain.scheduler.queue.Ticket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What it takes until a job starts: in a {@link Rehearsal} workers join one after another, each just large enough for
 * it, until it does. Limits of its queues are put aside; those that it then exceeds have to be raised.
 */
final class Needs {
    /** With more workers than this it does not matter how many. */
    static final int WORKERS_MAX = 1000;

    private final EngineSnapshot snapshot;
    private final Map<Wish, Map<JobId, Need>> known = new HashMap<>();

    /**
     * Jobs that can be looked at together.
     *
     * @param of the tenant whose queues have limits; absent for all of those without
     */
    private record Wish(Optional<Tenant> of, Shape shape, Instant at) {}

    /** Limits to raise, and workers to join; or more than those, if that is not enough. */
    record Need(List<Raise> raises, List<Workers> workers, boolean isEnough) {}

    Needs(EngineSnapshot snapshot) {
        this.snapshot = snapshot;
    }

    /**
     * Of a job that waits.
     *
     * @param path its queues as they stand, from its tenant's own upwards
     * @param at when it may start at the earliest
     */
    Need of(JobRecord job, List<QueueStanding> path, Instant at) {
        Wish wish = new Wish(
                path.stream().anyMatch(QueueStanding::isLimited) ? Optional.of(job.tenant()) : Optional.empty(),
                job.shape(),
                at);
        Need need = known.computeIfAbsent(wish, asked -> rehearse(asked, path)).get(job.jobId());
        if (need == null) {
            throw new IllegalStateException("does not wait: " + job.jobId());
        }
        return need;
    }

    private Map<JobId, Need> rehearse(Wish wish, List<QueueStanding> path) {
        QueueSettings settings = wish.of()
                .map(tenant -> unlimited(tenant, path))
                .orElse(snapshot.settings().queues());
        Rehearsal rehearsal = new Rehearsal(snapshot, settings, wish.at());
        Map<Tenant, Boolean> limited = new HashMap<>();
        Predicate<JobRecord> isMeant = job -> job.shape().equals(wish.shape())
                && wish.of()
                        .map(tenant -> tenant.equals(job.tenant()))
                        .orElseGet(
                                () -> !limited.computeIfAbsent(job.tenant(), tenant -> isLimited(rehearsal, tenant)));
        Map<JobId, JobRecord> meant = new HashMap<>();
        for (JobRecord job : snapshot.jobs()) {
            if (job.state() instanceof Queued && !job.isHeld() && isMeant.test(job)) {
                meant.put(job.jobId(), job);
            }
        }
        Map<JobId, Need> needs = new HashMap<>();
        while (!meant.isEmpty() && rehearsal.addedCount() <= WORKERS_MAX) {
            Optional<JobRecord> started = rehearsal.startNext().map(Started::job);
            if (started.isEmpty()) {
                join(rehearsal, wish.shape());
            } else if (meant.remove(started.get().jobId()) != null) {
                needs.put(started.get().jobId(), new Need(raises(path, wish, rehearsal), rehearsal.added(), true));
            }
        }
        Need tooMuch = new Need(List.of(), rehearsal.added(), false);
        meant.keySet().forEach(jobId -> needs.put(jobId, tooMuch));
        return needs;
    }

    /** One that is large enough; but nobody starts before a job that is overdue. */
    private static void join(Rehearsal rehearsal, Shape wish) {
        Shape first = rehearsal
                .queue()
                .firstOfAll(rehearsal.room())
                .map(Ticket::shape)
                .orElse(wish);
        int both = Math.max(wish.gpus(), first.gpus());
        if (first.kind().equals(wish.kind())
                || (first.kind().equals(GpuKind.ANY) && wish.kind().isOfWhole())) {
            rehearsal.join(both, wish.kind());
        } else {
            boolean isForBoth = wish.kind().equals(GpuKind.ANY) && first.kind().isOfWhole();
            rehearsal.join(isForBoth ? both : first.gpus(), first.kind());
        }
    }

    private static boolean isLimited(Rehearsal rehearsal, Tenant tenant) {
        return rehearsal.queue().standings(tenant, Shape.ANY_CLASS).stream().anyMatch(QueueStanding::isLimited);
    }

    private QueueSettings unlimited(Tenant tenant, List<QueueStanding> path) {
        QueueSettings settings = snapshot.settings().queues();
        for (int steps = 0; steps < path.size(); steps++) {
            Level level = Level.at(steps);
            QueueStanding standing = path.get(steps);
            settings = new RaiseRunningMax(level, standing.queue(), standing.runningMax(), Integer.MAX_VALUE)
                    .in(settings, tenant);
            settings = new RaiseBorrowMax(level, standing.queue(), standing.borrowMax(), Integer.MAX_VALUE)
                    .in(settings, tenant);
        }
        return settings;
    }

    private static List<Raise> raises(List<QueueStanding> path, Wish wish, Rehearsal rehearsal) {
        List<Raise> raises = new ArrayList<>();
        wish.of().ifPresent(tenant -> {
            List<QueueStanding> now = rehearsal.queue().standings(tenant, Shape.ANY_CLASS);
            for (int steps = 0; steps < path.size(); steps++) {
                QueueStanding limits = path.get(steps);
                QueueStanding standing = now.get(steps);
                if (standing.running() > limits.runningMax()) {
                    raises.add(new RaiseRunningMax(
                            Level.at(steps), limits.queue(), limits.runningMax(), standing.running()));
                }
                if (standing.borrowed() > limits.borrowMax()) {
                    raises.add(new RaiseBorrowMax(
                            Level.at(steps), limits.queue(), limits.borrowMax(), Math.toIntExact(standing.borrowed())));
                }
            }
        });
        return raises;
    }
}
