package io.deeptrain.benchmarks.adapter.kueue;

import io.deeptrain.benchmarks.adapter.kueue.Scenario.Arrival;
import io.deeptrain.benchmarks.adapter.platform.Requests;
import io.deeptrain.benchmarks.adapter.platform.StandInWorkers;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.Completion;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.Terminal;
import io.deeptrain.event.Origin;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Topic;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.messaging.adapter.kafka.Received;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The front door and the workers of one run, in real time and on one thread: jobs are asked for when they are due, run
 * for their time on workers that do nothing, and are sealed.
 */
final class Playing implements AutoCloseable {
    private static final String FRONT_DOOR = "/deeptrain/api";
    private static final int GPUS_EACH = 120;
    private static final Duration POLL = Duration.ofMillis(2);

    /** What is heard and said is gathered for so long: front door and workers have a part of two cores only. */
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int BEATS_FIRST = 3;
    private static final StoredObject MODEL = new StoredObject("model", "ab".repeat(32), 1);

    private final KafkaEventLog log;
    private final AssignedConsumer consumer;
    private final StandInWorkers workers;
    private final CloudEventRecords records = new CloudEventRecords();
    private final Deque<Arrival> coming = new ArrayDeque<>();
    private final Map<String, Arrival> jobs = new HashMap<>();
    private final PriorityQueue<Running> running = new PriorityQueue<>();
    private final List<OutboxRow> rows = new ArrayList<>();
    private final Set<String> admitted = new HashSet<>();
    private final Set<String> ended = new HashSet<>();
    private final Map<String, Waits> waits = new TreeMap<>();

    /** An attempt that ends at a time of the monotonic clock. */
    private record Running(AttemptAssigned attempt, long endNanos) implements Comparable<Running> {
        @Override
        public int compareTo(Running other) {
            return Long.compare(endNanos - other.endNanos, 0);
        }
    }

    /** How long jobs of one class waited together. */
    record Waits(int jobs, long millis) {
        long mean() {
            return millis / Math.max(1, jobs);
        }
    }

    /** How it went. */
    record Result(Duration took, Map<String, Waits> waits) {}

    /** On so many GPUs. */
    Playing(int gpus, String kafka, KafkaEventLog log) {
        this.log = log;
        consumer = AssignedConsumer.open(kafka, List.of(Topic.JOBS, Topic.ASSIGNMENTS), Map.of(), Beginning.NEWEST);
        workers = new StandInWorkers(Math.ceilDiv(gpus, GPUS_EACH), GPUS_EACH, log);
    }

    /** Until all have ended. One scenario after another may be played. */
    Result play(Scenario scenario, Duration atMost) {
        coming.addAll(scenario.arrivals());
        scenario.arrivals().forEach(arrival -> jobs.put(arrival.job(), arrival));
        waits.clear();
        while (workers.beatIfDue() < BEATS_FIRST) {
            consumer.poll(POLL);
        }
        long begunNanos = System.nanoTime();
        while (ended.size() < jobs.size()) {
            long nanos = System.nanoTime();
            if (nanos - begunNanos > atMost.toNanos()) {
                throw new IllegalStateException(
                        "%d of %d jobs have ended within %s".formatted(ended.size(), jobs.size(), atMost));
            }
            workers.beatIfDue();
            ask(TimeUnit.NANOSECONDS.toMillis(nanos - begunNanos));
            end(nanos);
            for (var kafkaRecord : consumer.poll(POLL)) {
                if (records.read(kafkaRecord) instanceof Received.Readable(Envelope envelope, var _)) {
                    hear(envelope.event(), begunNanos);
                }
            }
            if (!rows.isEmpty()) {
                log.publish(List.copyOf(rows));
                rows.clear();
            }
            LockSupport.parkNanos(nanos + ROUND_NANOS - System.nanoTime());
        }
        return new Result(Duration.ofNanos(System.nanoTime() - begunNanos), Map.copyOf(waits));
    }

    private void ask(long sinceMillis) {
        while (!coming.isEmpty() && coming.getFirst().atMillis() <= sinceMillis) {
            Arrival arrival = coming.removeFirst();
            tell(
                    FRONT_DOOR,
                    Requests.training(
                            arrival.job(),
                            arrival.tenant(),
                            arrival.workload().request(),
                            Duration.ofMillis(arrival.workload().runtimeMs())));
        }
    }

    private void end(long nanos) {
        while (!running.isEmpty() && running.peek().endNanos - nanos <= 0) {
            AttemptAssigned attempt = running.remove().attempt;
            workers.release(attempt.workerId(), new Holding(attempt.jobId(), attempt.attempt()));
            tell(
                    source(attempt),
                    new AttemptSucceeded(
                            attempt.jobId(),
                            attempt.attempt(),
                            attempt.workerId(),
                            MODEL,
                            Map.of(),
                            Completion.ALL_EPOCHS,
                            job(attempt).workload().runtimeMs()));
        }
    }

    private void hear(Event event, long begunNanos) {
        switch (event) {
            case AttemptAssigned attempt
            when workers.take(attempt.workerId(), new Holding(attempt.jobId(), attempt.attempt())) -> {
                tell(
                        source(attempt),
                        new AttemptStarted(
                                attempt.jobId(), attempt.attempt(), attempt.workerId(), new Origin.Scratch(), 100, 0));
                running.add(new Running(
                        attempt,
                        System.nanoTime()
                                + TimeUnit.MILLISECONDS.toNanos(
                                        job(attempt).workload().runtimeMs())));
            }
            case JobAssigned assigned
            when admitted.add(assigned.jobId().value()) -> {
                Arrival arrival =
                        Objects.requireNonNull(jobs.get(assigned.jobId().value()));
                long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos) - arrival.atMillis();
                waits.merge(
                        arrival.workload().className(),
                        new Waits(1, waited),
                        (one, other) -> new Waits(one.jobs + other.jobs, one.millis + other.millis));
            }
            case JobFinishing finishing -> tell(FRONT_DOOR, new JobSealed(finishing.jobId(), Instant.now()));
            case Terminal terminal -> ended.add(terminal.jobId().value());
            default -> {
                // Neither a start nor an end.
            }
        }
    }

    private Arrival job(AttemptAssigned attempt) {
        return Objects.requireNonNull(jobs.get(attempt.jobId().value()));
    }

    private static String source(AttemptAssigned attempt) {
        return "/deeptrain/workers/" + attempt.workerId();
    }

    private void tell(String source, Event event) {
        rows.add(records.toRow(Envelope.of(event, source, 1, Instant.now())));
    }

    @Override
    public void close() {
        consumer.close();
    }
}
