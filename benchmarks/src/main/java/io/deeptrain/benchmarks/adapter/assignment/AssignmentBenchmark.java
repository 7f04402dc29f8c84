package io.deeptrain.benchmarks.adapter.assignment;

import io.deeptrain.benchmarks.adapter.platform.Platform;
import io.deeptrain.benchmarks.adapter.platform.Requests;
import io.deeptrain.benchmarks.adapter.platform.Service;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.Topic;
import io.deeptrain.messaging.OutboxRow;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.KafkaEventLog;
import io.deeptrain.standalone.Part;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One real scheduler on a real PostgreSQL and a real broker, and a fleet that has room for all: from the request on its
 * topic to the entry in the job's history on its own. First many at once, for the rate; then a thousand a second, for
 * the time that each takes. Beside the rate stands that of the bare broker: the same requests, written and read back.
 */
public final class AssignmentBenchmark {
    private static final int WARM = 10_000;
    private static final int AT_ONCE = 20_000;
    private static final int PACED = 10_000;
    private static final int PER_SECOND = 1_000;
    private static final int TENANTS = 1_000;
    private static final int BATCH = 500;
    private static final Duration ESTIMATE = Duration.ofMinutes(10);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration GIVEN_UP_AFTER = Duration.ofMinutes(3);
    private static final double NANOS_PER_SECOND = 1e9;

    private final CloudEventRecords records = new CloudEventRecords();
    private final Platform platform;
    private final KafkaEventLog log;

    private AssignmentBenchmark(Platform platform, KafkaEventLog log) {
        this.platform = platform;
        this.log = log;
    }

    public static void main(String[] arguments) throws Exception {
        try (Platform platform = Platform.open();
                Service _ = platform.startLarge(Part.SCHEDULER, Map.of("DEEPTRAIN_SCHEDULER_SHARED_WORKERS", "true"))
                        .awaitReady();
                KafkaEventLog log = new KafkaEventLog(platform.kafka());
                KafkaEventLog beats = new KafkaEventLog(platform.kafka());
                StandInFleet fleet = new StandInFleet(platform.kafka(), beats)) {
            AssignmentBenchmark benchmark = new AssignmentBenchmark(platform, log);
            fleet.awaitRoom(GIVEN_UP_AFTER);
            benchmark.atOnce("warm", WARM, fleet);
            double perSecond = benchmark.atOnce("many", AT_ONCE, fleet);
            System.out.printf("%,d at once: %,.0f jobs assigned a second%n", AT_ONCE, perSecond);
            List<Long> millis = benchmark.paced(fleet);
            System.out.printf(
                    "%,d a second, %,d in all: assigned after %d ms (median), %d ms (99 %%), %d ms at most%n",
                    PER_SECOND,
                    PACED,
                    millis.get(millis.size() / 2),
                    millis.get(millis.size() * 99 / 100),
                    millis.getLast());
            double bare = benchmark.bare();
            System.out.printf("the bare broker: %,.0f a second; ratio %.3f%n", bare, perSecond / bare);
        }
    }

    private double atOnce(String name, int count, StandInFleet fleet) {
        long begun = System.nanoTime();
        for (int from = 0; from < count; from += BATCH) {
            publish(name, from, Math.min(count, from + BATCH));
        }
        fleet.awaitAssigned(name, count, GIVEN_UP_AFTER);
        return count * NANOS_PER_SECOND / (System.nanoTime() - begun);
    }

    /** Ascending, in milliseconds. */
    private List<Long> paced(StandInFleet fleet) {
        String name = "paced";
        long begun = System.nanoTime();
        long[] sentNanos = new long[PACED];
        int sent = 0;
        while (sent < PACED) {
            long due = (System.nanoTime() - begun) * PER_SECOND / TimeUnit.SECONDS.toNanos(1);
            int until = (int) Math.min(PACED, due);
            if (until > sent) {
                for (int n = sent; n < until; n++) {
                    sentNanos[n] = System.nanoTime();
                }
                publish(name, sent, until);
                sent = until;
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        fleet.awaitAssigned(name, PACED, GIVEN_UP_AFTER);
        List<Long> millis = new ArrayList<>();
        for (int n = 0; n < PACED; n++) {
            millis.add(TimeUnit.NANOSECONDS.toMillis(fleet.assignedNanos(job(name, n)) - sentNanos[n]));
        }
        return millis.stream().sorted().toList();
    }

    /** The same requests of jobs that are known already, so that the scheduler has next to nothing to do with them. */
    private double bare() {
        try (AssignedConsumer consumer =
                AssignedConsumer.open(platform.kafka(), List.of(Topic.REQUESTS), Map.of(), Beginning.NEWEST)) {
            long begun = System.nanoTime();
            for (int from = 0; from < AT_ONCE; from += BATCH) {
                publish("many", from, from + BATCH);
            }
            int read = 0;
            while (read < AT_ONCE) {
                for (var kafkaRecord : consumer.poll(POLL)) {
                    records.read(kafkaRecord);
                    read++;
                }
            }
            return AT_ONCE * NANOS_PER_SECOND / (System.nanoTime() - begun);
        }
    }

    private void publish(String name, int from, int until) {
        List<OutboxRow> rows = new ArrayList<>();
        for (int n = from; n < until; n++) {
            rows.add(records.toRow(Envelope.of(
                    Requests.training(job(name, n), n % TENANTS, ESTIMATE), "/deeptrain/api", 1, Instant.now())));
        }
        log.publish(rows);
    }

    private static String job(String name, int number) {
        return "%s-%06d".formatted(name, number);
    }
}
