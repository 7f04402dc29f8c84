package io.deeptrain.benchmarks.replay;

import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.queue.Contender.Claimant;
import io.deeptrain.scheduler.queue.Contender.Holder;
import io.deeptrain.scheduler.queue.JobQueue;
import io.deeptrain.scheduler.queue.Patience;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.RemainingWork;
import io.deeptrain.scheduler.queue.Room;
import io.deeptrain.scheduler.queue.Shape;
import io.deeptrain.scheduler.queue.Standing;
import io.deeptrain.scheduler.queue.Ticket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * A trace on simulated time, decided by the scheduler's own {@link JobQueue} and {@link Preemption}. All jobs are one
 * tenant's. Whoever starts, for the first time or again, spends {@link #RESTART} before it works; estimates are wrong
 * by up to {@link #ESTIMATE_ERROR} either way, evenly spread.
 */
final class Replay {
    static final Duration RESTART = Duration.ofSeconds(30);
    static final double ESTIMATE_ERROR = 0.3;
    private static final Tenant TENANT = new Tenant("trace", "jobs");
    private static final long MILLIS = 1000;

    private final JobQueue queue;
    private final Preemption preemption;
    private final Cluster cluster;
    private final Map<JobId, Job> jobs = new HashMap<>();
    private final Map<JobId, Job> running = new LinkedHashMap<>();
    private final PriorityQueue<Finish> finishes = new PriorityQueue<>(
            Comparator.comparingLong(Finish::atMillis).thenComparingLong(finish -> finish.job.arrival));
    private final List<Long> completionMillis = new ArrayList<>();
    private long nowMillis;
    private int preemptions;

    private Replay(Cluster cluster, Patience patience, Preemption preemption) {
        this.cluster = cluster;
        this.preemption = preemption;
        queue = new JobQueue(QueueSettings.STANDARD.withPatience(patience));
        queue.resize(Shape.ANY_CLASS, cluster.gpus());
    }

    /** Runs the trace to its end. */
    static Completions run(
            List<TracedJob> trace, Cluster cluster, Patience patience, Preemption preemption, long seed) {
        Replay replay = new Replay(cluster, patience, preemption);
        Random errors = new Random(seed);
        Deque<Job> arriving = new ArrayDeque<>();
        trace.stream()
                .sorted(Comparator.comparingLong(TracedJob::submittedSeconds))
                .forEach(traced -> {
                    double error = 1 + ESTIMATE_ERROR * (2 * errors.nextDouble() - 1);
                    arriving.add(new Job(traced, arriving.size() + 1, error));
                });
        replay.run(arriving);
        return new Completions(replay.completionMillis, replay.preemptions);
    }

    private void run(Deque<Job> arriving) {
        while (!arriving.isEmpty() || !finishes.isEmpty()) {
            long arrivesAt =
                    arriving.isEmpty() ? Long.MAX_VALUE : arriving.getFirst().submittedMillis();
            long finishesAt =
                    finishes.isEmpty() ? Long.MAX_VALUE : finishes.peek().atMillis();
            nowMillis = Math.min(arrivesAt, finishesAt);
            queue.advanceTo(Instant.ofEpochMilli(nowMillis));
            if (finishesAt <= arrivesAt) {
                finish(finishes.remove());
            } else {
                Job job = arriving.removeFirst();
                jobs.put(job.id, job);
                enqueue(job);
            }
            startWhatFits();
            preempt();
        }
    }

    private void finish(Finish finish) {
        Job job = finish.job;
        if (job.starts == finish.start && running.containsKey(job.id)) {
            leave(job);
            completionMillis.add(nowMillis - job.submittedMillis());
        }
    }

    private void enqueue(Job job) {
        job.ticket = new Ticket(
                job.id,
                TENANT,
                job.shape,
                queue.dueMillis(TENANT, Instant.ofEpochMilli(job.submittedMillis()), job.remaining(nowMillis)),
                job.arrival);
        queue.add(job.ticket, Instant.ofEpochMilli(nowMillis));
    }

    private void startWhatFits() {
        Optional<Ticket> next = queue.next(roomFor(cluster.gpusFree()));
        while (next.isPresent()) {
            start(jobOf(next.get()));
            next = queue.next(roomFor(cluster.gpusFree()));
        }
    }

    private void start(Job job) {
        queue.remove(job.ticket, Instant.ofEpochMilli(nowMillis));
        queue.began(TENANT, job.shape);
        job.begin(cluster.take(job.traced.gpus()), nowMillis);
        running.put(job.id, job);
        finishes.add(new Finish(job, job.starts, job.endMillis()));
    }

    private void leave(Job job) {
        running.remove(job.id);
        cluster.giveBack(job.placement);
        queue.ended(TENANT, job.shape, Duration.ofMillis(nowMillis - job.startedMillis));
    }

    /**
     * The first in turn of each shape may make others leave; whoever is asked saves its work, and loses only the
     * restart.
     */
    private void preempt() {
        boolean again = true;
        while (again) {
            again = false;
            for (Ticket ticket : queue.claimants(roomFor(cluster.gpusFree()))) {
                Job claimant = jobOf(ticket);
                List<Holder> holders =
                        running.values().stream().map(this::holder).toList();
                List<Holder> victims = preemption.victims(
                        new Claimant(claimant.id, TENANT, claimant.shape, standing(claimant)),
                        holders,
                        cluster.gpusFree(),
                        queue);
                if (!victims.isEmpty()) {
                    victims.forEach(victim -> stop(jobById(victim.jobId())));
                    start(claimant);
                    startWhatFits();
                    again = true;
                    break;
                }
            }
        }
    }

    private void stop(Job job) {
        leave(job);
        job.pause(nowMillis);
        preemptions++;
        enqueue(job);
    }

    private Holder holder(Job job) {
        return new Holder(
                job.id,
                TENANT,
                job.shape,
                standing(job),
                Duration.ofMillis(nowMillis - job.startedMillis),
                Duration.ZERO,
                job.starts - 1);
    }

    private Standing standing(Job job) {
        return queue.standing(
                TENANT, Instant.ofEpochMilli(job.submittedMillis()), job.remaining(nowMillis), false, job.arrival);
    }

    private Job jobOf(Ticket ticket) {
        return jobById(ticket.jobId());
    }

    private Job jobById(JobId jobId) {
        Job job = jobs.get(jobId);
        if (job == null) {
            throw new IllegalStateException("not a job of this trace: " + jobId);
        }
        return job;
    }

    private Room roomFor(int gpus) {
        return new Room() {
            @Override
            public boolean has(Shape shape) {
                return shape.gpus() <= gpus;
            }

            @Override
            public boolean canEverHave(Shape shape) {
                return shape.gpus() <= cluster.gpus();
            }
        };
    }

    private record Finish(Job job, int start, long atMillis) {}

    /** A job of the trace as it goes. */
    private static final class Job {
        private final TracedJob traced;
        private final JobId id;
        private final Shape shape;
        private final long arrival;
        private final double estimateError;
        private Ticket ticket;
        private Placement placement = Placement.NOWHERE;
        /** The share of the work that was done before the newest start. */
        private double done;

        private double attainedMillis;
        private int starts;
        private long startedMillis;
        private double fullMillis;

        Job(TracedJob traced, long arrival, double estimateError) {
            this.traced = traced;
            id = new JobId("job-" + arrival);
            shape = Shape.ofAnyClass(traced.gpus());
            ticket = new Ticket(id, TENANT, shape, 0, arrival);
            this.arrival = arrival;
            this.estimateError = estimateError;
        }

        long submittedMillis() {
            return traced.submittedSeconds() * MILLIS;
        }

        void begin(Placement given, long nowMillis) {
            placement = given;
            starts++;
            startedMillis = nowMillis;
            fullMillis = traced.work().seconds(given) * MILLIS;
        }

        long endMillis() {
            return startedMillis + RESTART.toMillis() + Math.round((1 - done) * fullMillis);
        }

        private double workedMillis(long nowMillis) {
            return placement.equals(Placement.NOWHERE)
                    ? 0
                    : Math.max(0, nowMillis - startedMillis - RESTART.toMillis());
        }

        void pause(long nowMillis) {
            double worked = workedMillis(nowMillis);
            done = Math.min(1, done + worked / fullMillis);
            attainedMillis += worked;
            placement = Placement.NOWHERE;
        }

        RemainingWork remaining(long nowMillis) {
            double attained = attainedMillis + workedMillis(nowMillis);
            double estimate = traced.work().seconds(typical()) * MILLIS * estimateError;
            return RemainingWork.of(
                    Duration.ofMillis((long) estimate), Duration.ofMillis((long) attained), traced.gpus());
        }

        /** Where it would be in an empty cluster. */
        private Placement typical() {
            return Placement.packed(traced.gpus());
        }
    }
}
