package io.deeptrain.benchmarks.adapter.assignment;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.Topic;
import io.deeptrain.event.WorkerId;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.messaging.adapter.kafka.Received;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Many large workers in one thread, that beat, list what they were given, and never begin with it. */
final class StandInFleet implements AutoCloseable {
    private static final int WORKERS = 100;
    private static final int GPUS = 512;
    private static final Duration POLL = Duration.ofMillis(5);
    private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_MILLIS = 5_000;

    private final KafkaEventLog log;
    private final AssignedConsumer consumer;
    private final CloudEventRecords records = new CloudEventRecords();
    private final Map<WorkerId, List<Holding>> holdings = new ConcurrentHashMap<>();
    private final Map<String, Long> assignedNanos = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> assignedOf = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean closing;
    private final AtomicInteger beats = new AtomicInteger();

    StandInFleet(String kafka, KafkaEventLog log) {
        this.log = log;
        consumer = AssignedConsumer.open(kafka, List.of(Topic.JOBS, Topic.ASSIGNMENTS), Map.of(), Beginning.NEWEST);
        for (int n = 0; n < WORKERS; n++) {
            holdings.put(new WorkerId("worker-" + n), new ArrayList<>());
        }
        thread = Thread.ofPlatform().daemon().name("fleet").start(this::run);
    }

    /** Returns when each worker has beaten twice. */
    void awaitRoom() {
        while (beats.get() < 2) {
            Thread.onSpinWait();
        }
    }

    /** How many jobs whose names begin so. */
    int assigned(String name) {
        AtomicInteger count = assignedOf.get(name);
        return count == null ? 0 : count.get();
    }

    /** When it was heard of, by the monotonic clock. */
    long assignedNanos(String job) {
        return Objects.requireNonNull(assignedNanos.get(job), job);
    }

    private void run() {
        long nextNanos = System.nanoTime();
        while (!closing) {
            if (System.nanoTime() - nextNanos >= 0) {
                nextNanos += BEAT_NANOS;
                beat();
            }
            for (var kafkaRecord : consumer.poll(POLL)) {
                if (records.read(kafkaRecord) instanceof Received.Readable(Envelope envelope, var _)) {
                    hear(envelope.event());
                }
            }
        }
    }

    private void hear(Event event) {
        if (event instanceof JobAssigned assigned) {
            String job = assigned.jobId().value();
            if (assignedNanos.putIfAbsent(job, System.nanoTime()) == null) {
                assignedOf
                        .computeIfAbsent(job.substring(0, job.indexOf('-')), _ -> new AtomicInteger())
                        .incrementAndGet();
            }
        } else if (event instanceof AttemptAssigned attempt) {
            List<Holding> held = holdings.get(attempt.workerId());
            Holding holding = new Holding(attempt.jobId(), attempt.attempt());
            if (held != null && !held.contains(holding)) {
                held.add(holding);
            }
        }
    }

    private void beat() {
        List<OutboxRow> rows = new ArrayList<>();
        int number = beats.get() + 1;
        holdings.forEach((workerId, held) -> rows.add(records.toRow(Envelope.of(
                new WorkerBeat(
                        workerId, new IncarnationId(workerId + "-1"), number, "cpu", GPUS, Readiness.ACCEPTING, held),
                "/deeptrain/workers/" + workerId,
                number,
                Instant.now()))));
        log.publish(rows);
        beats.set(number);
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        consumer.close();
    }
}
