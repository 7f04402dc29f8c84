package io.deeptrain.benchmarks.replay;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Completion;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.Event;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.Rate;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.engine.Decisions;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.engine.Input;
import io.deeptrain.scheduler.engine.Input.Heard;
import io.deeptrain.scheduler.engine.Input.Tick;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;

/**
 * A trace through the whole {@link SchedulerEngine}, on simulated time and one worker that has all GPUs. Whoever starts
 * spends {@link Replay#RESTART} before it works; estimates are wrong by up to {@link Replay#ESTIMATE_ERROR} either way.
 * Whoever is asked to make room saves its work and goes at once.
 */
final class EngineReplay {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Tenant TENANT = new Tenant("trace", "jobs");
    private static final WorkerId WORKER = new WorkerId("worker");
    private static final StoredObject OBJECT = new StoredObject("object", "ab".repeat(32), 1);
    private static final Duration REPORT_INTERVAL = Duration.ofMinutes(1);

    /** Whoever makes room is asked at a tick, one job a second. */
    private static final int TICKS_MAX = 64;

    private final SchedulerEngine engine = new SchedulerEngine(EngineSettings.STANDARD);
    private final Map<JobId, Job> jobs = new HashMap<>();
    private final Map<JobId, Job> running = new TreeMap<>();
    private final PriorityQueue<Finish> finishes =
            new PriorityQueue<>(Comparator.comparing(Finish::at).thenComparing(finish -> finish.job.id));
    private final Watcher watcher;
    private Instant now = BEGIN;
    private Instant reportedAt = BEGIN;

    /** Is told what happens. */
    interface Watcher {
        /** A job was assigned. */
        void started(JobId jobId, Instant at);

        /** All that happens at this moment has happened. */
        void after(SchedulerEngine engine, Instant now);
    }

    private record Finish(Instant at, Job job, FencingToken attempt) {}

    private static final class Job {
        private final JobId id;
        private final double workSeconds;
        private double doneSeconds;
        private FencingToken attempt = FencingToken.NONE;
        private Instant startedAt = BEGIN;
        private long reports;

        Job(JobId id, double workSeconds) {
            this.id = id;
            this.workSeconds = workSeconds;
        }

        long readingMillis(Instant now) {
            return Duration.between(startedAt, now).toMillis();
        }

        Instant endsAt() {
            long millis = Math.round((workSeconds - doneSeconds) * 1000);
            return startedAt.plus(Replay.RESTART).plusMillis(Math.max(0, millis));
        }
    }

    private EngineReplay(Watcher watcher) {
        this.watcher = watcher;
    }

    static void run(List<TracedJob> trace, int gpus, long seed, Watcher watcher) {
        EngineReplay replay = new EngineReplay(watcher);
        Random errors = new Random(seed);
        Deque<TrainingRequested> arriving = new ArrayDeque<>();
        trace.stream()
                .filter(traced -> traced.gpus() <= gpus)
                .sorted(Comparator.comparingLong(TracedJob::submittedSeconds))
                .forEach(traced -> {
                    double error = 1 + Replay.ESTIMATE_ERROR * (2 * errors.nextDouble() - 1);
                    double seconds = Math.max(1, traced.work().seconds(Placement.packed(traced.gpus())));
                    JobId jobId = new JobId("job-%06d".formatted(arriving.size()));
                    replay.jobs.put(jobId, new Job(jobId, seconds));
                    arriving.add(request(jobId, traced, seconds * error));
                });
        replay.hear(new WorkerBeat(WORKER, new IncarnationId("one"), 1, "any", gpus, Readiness.ACCEPTING, List.of()));
        replay.run(arriving);
    }

    private static TrainingRequested request(JobId jobId, TracedJob traced, double estimateSeconds) {
        return new TrainingRequested(
                jobId,
                TENANT,
                new ModelId("model"),
                new ModelVersionId("version"),
                new TrainingSpec("type", "template", Map.of(), List.of("concept"), OBJECT, 1, 0, traced.gpus(), 1),
                new Rate(0, "USD"),
                new CostCap.Unlimited(),
                Duration.ofMillis(Math.round(estimateSeconds * 1000)),
                BEGIN.plusSeconds(traced.submittedSeconds()));
    }

    private void run(Deque<TrainingRequested> arriving) {
        while (!arriving.isEmpty() || !finishes.isEmpty()) {
            Instant arrival =
                    arriving.isEmpty() ? Instant.MAX : arriving.getFirst().requestedAt();
            Instant finish = finishes.isEmpty() ? Instant.MAX : finishes.peek().at();
            now = max(now, finish.isAfter(arrival) ? arrival : finish);
            report();
            if (finish.isAfter(arrival)) {
                hear(arriving.removeFirst());
            } else {
                end(finishes.remove());
            }
            makeRoom();
            watcher.after(engine, now);
        }
    }

    /** How far all that run have come. */
    private void report() {
        if (Duration.between(reportedAt, now).compareTo(REPORT_INTERVAL) >= 0) {
            reportedAt = now;
            for (Job job : List.copyOf(running.values())) {
                job.reports++;
                Progress progress =
                        new Progress(Phase.TRAINING, 0, 1, job.reports, Long.MAX_VALUE, Double.NaN, Map.of(), 0);
                hear(new ProgressReported(job.id, job.attempt, WORKER, job.reports, progress, job.readingMillis(now)));
            }
        }
    }

    private void end(Finish finish) {
        Job job = finish.job;
        if (running.containsKey(job.id) && job.attempt.equals(finish.attempt)) {
            running.remove(job.id);
            hear(new AttemptSucceeded(
                    job.id, job.attempt, WORKER, OBJECT, Map.of(), Completion.ALL_EPOCHS, job.readingMillis(now)));
            hear(new JobSealed(job.id, now));
        }
    }

    private void makeRoom() {
        for (int tick = 0; tick < TICKS_MAX && isAnybodyAsked(); tick++) {
            now = now.plusSeconds(1);
        }
    }

    private boolean isAnybodyAsked() {
        Decisions decisions = engine.apply(new Tick(now, BEGIN));
        take(decisions);
        return !decisions.assignments().isEmpty();
    }

    private void hear(Event event) {
        Input input = new Heard(event, now);
        take(engine.apply(input));
    }

    private void take(Decisions decisions) {
        for (AssignmentEvent message : decisions.assignments()) {
            switch (message) {
                case AttemptAssigned assigned -> start(assigned);
                case AttemptStopRequested stop when stop.reason() == StopReason.PREEMPTED -> leave(stop);
                case AttemptStopRequested _, RanksAssigned _ -> {}
            }
        }
    }

    private void start(AttemptAssigned assigned) {
        Job job = jobOf(assigned.jobId());
        if (job.attempt.equals(assigned.attempt())) {
            return;
        }
        job.attempt = assigned.attempt();
        job.startedAt = now;
        running.put(job.id, job);
        watcher.started(job.id, now);
        hear(new AttemptStarted(job.id, job.attempt, WORKER, assigned.origin(), 1, 0));
        finishes.add(new Finish(job.endsAt(), job, job.attempt));
    }

    private void leave(AttemptStopRequested stop) {
        Job job = jobOf(stop.jobId());
        if (running.remove(job.id) == null) {
            return;
        }
        double worked =
                Duration.between(job.startedAt.plus(Replay.RESTART), now).toMillis() / 1000.0;
        job.doneSeconds += Math.max(0, worked);
        long reading = job.readingMillis(now);
        hear(new CheckpointSaved(
                job.id, job.attempt, WORKER, new Checkpoint(job.attempt, 1, 0, job.reports, reading, OBJECT)));
        hear(new AttemptStopped(job.id, job.attempt, WORKER, StopReason.PREEMPTED, reading));
    }

    private Job jobOf(JobId jobId) {
        Job job = jobs.get(jobId);
        if (job == null) {
            throw new IllegalStateException("not a job of the trace: " + jobId);
        }
        return job;
    }

    private static Instant max(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
