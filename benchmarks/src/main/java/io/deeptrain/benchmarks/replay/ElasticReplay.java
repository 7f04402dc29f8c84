package io.deeptrain.benchmarks.replay;

import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.elastic.Elastic;
import io.deeptrain.scheduler.elastic.Elastic.Part;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/**
 * A trace on simulated time whose jobs run on more GPUs or fewer, decided by the scheduler's own {@link JobQueue},
 * {@link Preemption} and {@link Elastic}, as its engine does. An epoch ends every {@link #EPOCH}, which is how often
 * Pollux decides anew. Whoever starts, for the first time, again or with another number of GPUs, spends
 * {@link Replay#RESTART} before it works; estimates are wrong by up to {@link Replay#ESTIMATE_ERROR}.
 */
final class ElasticReplay {
    static final Duration EPOCH = Duration.ofMinutes(1);
    private static final Tenant TENANT = new Tenant("trace", "jobs");
    private static final double MILLIS = 1000;

    private final JobQueue queue = new JobQueue(QueueSettings.STANDARD.withPatience(Patience.STANDARD));
    private final Preemption preemption = Preemption.STANDARD;
    private final Elastic elastic = Elastic.of(preemption);
    private final Cluster cluster;
    private final Map<JobId, Job> jobs = new HashMap<>();
    private final Map<Long, Job> running = new TreeMap<>();
    private final List<Long> completionMillis = new ArrayList<>();
    private long nowMillis;
    private int interruptions;

    private ElasticReplay(Cluster cluster) {
        this.cluster = cluster;
        queue.resize(Shape.ANY_CLASS, cluster.gpus());
    }

    /**
     * Runs the trace to its end.
     *
     * @param leastOfMost how many GPUs a job asks for at least that runs on so many at most
     */
    static Completions run(List<TracedJob> trace, Cluster cluster, IntUnaryOperator leastOfMost, long seed) {
        ElasticReplay replay = new ElasticReplay(cluster);
        Random errors = new Random(seed);
        Deque<Job> arriving = new ArrayDeque<>();
        trace.stream()
                .sorted(Comparator.comparingLong(TracedJob::submittedSeconds))
                .forEach(traced -> {
                    double error = 1 + Replay.ESTIMATE_ERROR * (2 * errors.nextDouble() - 1);
                    arriving.add(new Job(traced, leastOfMost.applyAsInt(traced.gpus()), arriving.size() + 1, error));
                });
        replay.run(arriving);
        return new Completions(replay.completionMillis, replay.interruptions);
    }

    private void run(Deque<Job> arriving) {
        while (!arriving.isEmpty() || !running.isEmpty()) {
            long arrivesAt =
                    arriving.isEmpty() ? Long.MAX_VALUE : arriving.getFirst().submittedMillis();
            Optional<Job> first = running.values().stream().min(Comparator.comparingLong(Job::endMillis));
            long finishesAt = first.map(Job::endMillis).orElse(Long.MAX_VALUE);
            long epochEndsAt =
                    running.isEmpty() ? Long.MAX_VALUE : (nowMillis / EPOCH.toMillis() + 1) * EPOCH.toMillis();
            nowMillis = Math.min(Math.min(arrivesAt, finishesAt), epochEndsAt);
            queue.advanceTo(Instant.ofEpochMilli(nowMillis));
            if (finishesAt == nowMillis) {
                Job done = first.orElseThrow();
                leave(done);
                completionMillis.add(nowMillis - done.submittedMillis());
            } else if (arrivesAt == nowMillis) {
                Job job = arriving.removeFirst();
                jobs.put(job.id, job);
                enqueue(job);
            } else {
                endEpochs();
            }
            startWhatFits();
            preempt();
        }
    }

    private void endEpochs() {
        for (Job job : List.copyOf(running.values())) {
            if (job.most() > job.least
                    && nowMillis - job.startedMillis >= preemption.runMin().toMillis()) {
                endEpoch(job);
            }
        }
    }

    /** As the engine does at the end of an epoch. */
    private void endEpoch(Job job) {
        int gpus = job.gpus();
        RemainingWork work = job.remaining(nowMillis);
        Optional<Ticket> other = queue.claimants(room()).stream()
                .filter(ticket -> ticket.shape().gpus() > cluster.gpusFree()
                        && ticket.shape().gpus() <= cluster.gpusFree() + beyondLeast())
                .filter(ticket -> elastic.paysToShrink(
                        work,
                        job.most(),
                        gpus,
                        fewer(job, ticket),
                        ticket.shape().gpus()))
                .findFirst();
        if (other.isPresent()) {
            resize(job, fewer(job, other.get()));
        } else if (queue.readyCount() == 0) {
            int more = Math.min(job.most(), gpus + cluster.gpusFree());
            if (elastic.paysToGrow(work, job.most(), gpus, more)) {
                resize(job, more);
            }
        }
    }

    private static int fewerBy(Job job, int missing) {
        return Math.max(job.least, job.gpus() - missing);
    }

    private int fewer(Job job, Ticket other) {
        return fewerBy(job, other.shape().gpus() - cluster.gpusFree());
    }

    private int beyondLeast() {
        return running.values().stream().mapToInt(job -> job.gpus() - job.least).sum();
    }

    private void resize(Job job, int gpus) {
        leave(job);
        job.pause(nowMillis);
        interruptions++;
        begin(job, gpus);
        startWhatFits();
    }

    private void enqueue(Job job) {
        job.ticket = new Ticket(
                job.id,
                TENANT,
                job.shape(),
                queue.dueMillis(TENANT, Instant.ofEpochMilli(job.submittedMillis()), job.remaining(nowMillis)),
                job.arrival);
        queue.add(job.ticket, Instant.ofEpochMilli(nowMillis));
    }

    /** Everybody who fits with the least that it asks for, and then what is left. */
    private void startWhatFits() {
        List<Job> seats = new ArrayList<>();
        int[] free = {cluster.gpusFree()};
        Optional<Ticket> next = queue.next(roomOf(free[0]));
        while (next.isPresent()) {
            Job job = jobOf(next.get());
            queue.remove(job.ticket, Instant.ofEpochMilli(nowMillis));
            queue.began(TENANT, job.shape());
            free[0] -= job.least;
            seats.add(job);
            next = queue.next(roomOf(free[0]));
        }
        List<Part> parts =
                seats.stream().map(job -> new Part(job.least, job.most())).toList();
        List<Integer> shares = elastic.fill(parts, _ -> free[0]-- > 0);
        for (int seat = 0; seat < seats.size(); seat++) {
            queue.ended(TENANT, seats.get(seat).shape(), Duration.ZERO);
            begin(seats.get(seat), shares.get(seat));
        }
    }

    private void begin(Job job, int gpus) {
        queue.began(TENANT, Shape.ofAnyClass(gpus));
        job.begin(cluster.take(gpus), nowMillis);
        running.put(job.arrival, job);
    }

    private void leave(Job job) {
        running.remove(job.arrival);
        cluster.giveBack(job.placement);
        queue.ended(TENANT, Shape.ofAnyClass(job.gpus()), Duration.ofMillis(nowMillis - job.startedMillis));
    }

    private void preempt() {
        boolean again = true;
        while (again) {
            again = false;
            for (Ticket ticket : queue.claimants(room())) {
                Job claimant = jobOf(ticket);
                List<Holder> holders =
                        running.values().stream().map(this::holder).toList();
                List<Holder> victims = preemption.victims(
                        new Claimant(claimant.id, TENANT, claimant.shape(), standing(claimant)),
                        holders,
                        cluster.gpusFree(),
                        queue);
                if (!victims.isEmpty()) {
                    victims.forEach(victim -> stop(jobById(victim.jobId())));
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
        interruptions++;
        enqueue(job);
    }

    private Holder holder(Job job) {
        return new Holder(
                job.id,
                TENANT,
                Shape.ofAnyClass(job.gpus()),
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
        return Optional.ofNullable(jobs.get(jobId))
                .orElseThrow(() -> new IllegalStateException("not a job of this trace: " + jobId));
    }

    private Room room() {
        return roomOf(cluster.gpusFree());
    }

    private Room roomOf(int gpus) {
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

    /** A job of the trace as it goes. */
    private static final class Job {
        private final TracedJob traced;
        private final JobId id;
        private final int least;
        private final long arrival;
        private final double estimateError;
        private Ticket ticket;
        private Placement placement = Placement.NOWHERE;
        private double done;
        private double attainedGpuMillis;
        private int starts;
        private long startedMillis;
        private double fullMillis;

        Job(TracedJob traced, int least, long arrival, double estimateError) {
            this.traced = traced;
            this.least = least;
            id = new JobId("job-" + arrival);
            ticket = new Ticket(id, TENANT, Shape.ofAnyClass(least), 0, arrival);
            this.arrival = arrival;
            this.estimateError = estimateError;
        }

        Shape shape() {
            return Shape.ofAnyClass(least);
        }

        int most() {
            return traced.gpus();
        }

        int gpus() {
            return placement.gpusByNode().values().stream()
                    .mapToInt(Integer::intValue)
                    .sum();
        }

        long submittedMillis() {
            return Math.round(traced.submittedSeconds() * MILLIS);
        }

        void begin(Placement given, long nowMillis) {
            placement = given;
            starts++;
            startedMillis = nowMillis;
            fullMillis = traced.work().seconds(given) * MILLIS;
        }

        long endMillis() {
            return startedMillis + Replay.RESTART.toMillis() + Math.round((1 - done) * fullMillis);
        }

        private double workedMillis(long nowMillis) {
            return placement.equals(Placement.NOWHERE)
                    ? 0
                    : Math.max(0, nowMillis - startedMillis - Replay.RESTART.toMillis());
        }

        void pause(long nowMillis) {
            double worked = workedMillis(nowMillis);
            done = Math.min(1, done + worked / fullMillis);
            attainedGpuMillis += worked * gpus();
            placement = Placement.NOWHERE;
        }

        RemainingWork remaining(long nowMillis) {
            double attained = (attainedGpuMillis + workedMillis(nowMillis) * gpus()) / most();
            double estimate = traced.work().seconds(Placement.packed(most())) * MILLIS * estimateError;
            return RemainingWork.of(Duration.ofMillis((long) estimate), Duration.ofMillis((long) attained), most());
        }
    }
}
