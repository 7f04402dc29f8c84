package io.deeptrain.scheduler.explain;

import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.placement.Fractions;
import io.deeptrain.scheduler.placement.GpuKind;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.Quota;
import io.deeptrain.scheduler.queue.Shape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The smallest change that lets a job start as things are now. All of it together does, in this order; with one worker
 * fewer it does not.
 *
 * @param awaitsRelease an operator holds it; nothing else helps before it is released
 * @param waitUntil the end of a back-off
 * @param awaitsRoom others have to leave, as they were asked to
 * @param raises limits of the job's queues
 * @param workers that join one after another, in this order
 * @param isEnough whether that suffices; otherwise more workers are needed than were tried, which are then named
 */
public record Change(
        boolean awaitsRelease,
        Optional<Instant> waitUntil,
        boolean awaitsRoom,
        List<Raise> raises,
        List<Workers> workers,
        boolean isEnough) {
    /** The operator lets it go. */
    static final Change RELEASE = new Change(true, Optional.empty(), false, List.of(), List.of(), true);

    /** Nobody holds the job. */
    public Change(
            Optional<Instant> waitUntil,
            boolean awaitsRoom,
            List<Raise> raises,
            List<Workers> workers,
            boolean isEnough) {
        this(false, waitUntil, awaitsRoom, raises, workers, isEnough);
    }

    public Change {
        raises = List.copyOf(raises);
        workers = List.copyOf(workers);
    }

    /** So many workers with so many GPUs of this kind each. */
    public record Workers(int count, int gpusEach, GpuKind kind) {
        /** Of any class. */
        public Workers(int count, int gpusEach) {
            this(count, gpusEach, GpuKind.ANY);
        }

        boolean isEach(int gpus, GpuKind ofKind) {
            return gpusEach == gpus && kind.equals(ofKind);
        }

        String words() {
            String ofKind = kind.classes().names().isEmpty() ? "" : " " + kind.classes();
            if (!kind.isOfWhole()) {
                return "%s more with a slice of %s GPUs%s%s"
                        .formatted(
                                Words.count(count, "worker"),
                                Fractions.words(kind.gpuMilli()),
                                ofKind,
                                count == 1 ? "" : " each");
            }
            return gpusEach == 1 && count == 1
                    ? "one GPU%s more".formatted(ofKind)
                    : "%s more with %s%s%s"
                            .formatted(
                                    Words.count(count, "worker"),
                                    Words.count(gpusEach, "GPU"),
                                    ofKind,
                                    count == 1 ? "" : " each");
        }
    }

    /** A limit of one of the job's queues that has to be higher. */
    public sealed interface Raise {
        QueueSettings in(QueueSettings settings, Tenant tenant);

        Level level();

        String queue();

        /** What the limit is called. */
        String limit();

        int current();

        int needed();

        String words();
    }

    /** So many jobs of the queue may run at once. */
    public record RaiseRunningMax(Level level, String queue, int current, int needed) implements Raise {
        @Override
        public String limit() {
            return "running-max";
        }

        @Override
        public QueueSettings in(QueueSettings settings, Tenant tenant) {
            QueueLimits limits = level.limitsIn(settings, tenant, queue);
            return level.withLimits(settings, tenant, queue, limits.withRunningMax(needed));
        }

        @Override
        public String words() {
            return "%d instead of %s at once for the %s %s"
                    .formatted(needed, Words.count(current, "running job"), level.words(), queue);
        }
    }

    /** So many GPUs may the queue have beyond what it is guaranteed. */
    public record RaiseBorrowMax(Level level, String queue, int current, int needed) implements Raise {
        @Override
        public String limit() {
            return "borrow-max";
        }

        @Override
        public QueueSettings in(QueueSettings settings, Tenant tenant) {
            QueueLimits limits = level.limitsIn(settings, tenant, queue);
            Quota quota = limits.quotaOf(Shape.ANY_CLASS);
            Map<String, Quota> quotas = new HashMap<>(limits.quotas());
            quotas.put(Shape.ANY_CLASS, new Quota(quota.guaranteed(), needed, quota.lendMax()));
            return level.withLimits(
                    settings,
                    tenant,
                    queue,
                    new QueueLimits(limits.weight(), quotas, limits.priority(), limits.runningMax()));
        }

        @Override
        public String words() {
            return "%d instead of %s beyond its guarantee for the %s %s"
                    .formatted(needed, Words.count(current, "GPU"), level.words(), queue);
        }
    }

    /** One sentence. */
    public String words() {
        if (awaitsRelease) {
            return "The operator releases it.";
        }
        List<String> parts = new ArrayList<>();
        raises.forEach(raise -> parts.add(raise.words()));
        workers.forEach(group -> parts.add(group.words()));
        String needed = String.join(", and ", parts);
        if (!isEnough) {
            return "More than " + needed + " would be needed.";
        }
        if (parts.isEmpty()) {
            return waitUntil
                    .map(until -> "Nothing: it starts when its pause ends at %s.".formatted(until))
                    .orElse("Nothing: it starts as soon as they have left.");
        }
        return waitUntil
                .map(until -> "After its pause, which ends at %s: %s.".formatted(until, needed))
                .orElseGet(() -> Character.toUpperCase(needed.charAt(0)) + needed.substring(1) + ".");
    }
}
