package io.deeptrain.benchmarks.adapter.assignment;

import io.deeptrain.benchmarks.adapter.platform.StandInWorkers;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.Topic;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.messaging.adapter.kafka.Received;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Many large workers in one thread, that beat, list what they were given, and never begin with it. */
final class StandInFleet implements AutoCloseable {
    private static final int WORKERS = 100;
    private static final int GPUS = 512;
    private static final Duration POLL = Duration.ofMillis(5);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long CLOSE_MILLIS = 5_000;

    private final AssignedConsumer consumer;
    private final CloudEventRecords records = new CloudEventRecords();
    private final StandInWorkers workers;
    private final Map<String, Long> assignedNanos = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> assignedOf = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean closing;
    private volatile int beats;

    StandInFleet(String kafka, KafkaEventLog log) {
        consumer = AssignedConsumer.open(kafka, List.of(Topic.JOBS, Topic.ASSIGNMENTS), Map.of(), Beginning.NEWEST);
        workers = new StandInWorkers(WORKERS, GPUS, log);
        thread = Thread.ofPlatform().daemon().name("fleet").start(this::run);
    }

    /** Returns when each worker has beaten twice. */
    void awaitRoom(Duration atMost) {
        await(atMost, () -> beats >= 2, "the workers have not beaten twice");
    }

    /** Returns when so many jobs are assigned whose names begin so. */
    void awaitAssigned(String name, int count, Duration atMost) {
        await(atMost, () -> assigned(name) >= count, count + " jobs were not assigned");
    }

    /** Without a core of its own: the machine is what is measured. */
    private static void await(Duration atMost, BooleanSupplier done, String otherwise) {
        long begun = System.nanoTime();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() - begun > atMost.toNanos()) {
                throw new IllegalStateException("%s within %s".formatted(otherwise, atMost));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private int assigned(String name) {
        AtomicInteger count = assignedOf.get(name);
        return count == null ? 0 : count.get();
    }

    /** When it was heard of, by the monotonic clock. */
    long assignedNanos(String job) {
        return Objects.requireNonNull(assignedNanos.get(job), job);
    }

    private void run() {
        while (!closing) {
            beats = workers.beatIfDue();
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
            workers.take(attempt.workerId(), new Holding(attempt.jobId(), attempt.attempt()));
        }
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
