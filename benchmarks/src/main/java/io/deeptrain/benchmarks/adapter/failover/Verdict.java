package io.deeptrain.benchmarks.adapter.failover;

import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.ChargeEvent.Line;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.Envelope;
import io.deeptrain.event.Event;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobEvent.Terminal;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Topic;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer;
import io.deeptrain.messaging.adapter.kafka.AssignedConsumer.Beginning;
import io.deeptrain.messaging.adapter.kafka.CloudEventRecords;
import io.deeptrain.messaging.adapter.kafka.Received;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What everybody was told, from the first record on: histories of jobs and their charges. */
final class Verdict {
    private static final Duration POLL = Duration.ofSeconds(1);

    private final Map<JobId, SortedMap<Long, JobEvent>> histories = new HashMap<>();
    private final Map<JobId, ChargePosted> charges = new HashMap<>();
    private final List<String> faults = new ArrayList<>();

    private Verdict() {}

    /** Reads the topics to their ends; nobody writes to them any more. */
    static Verdict of(String kafka) {
        Verdict verdict = new Verdict();
        CloudEventRecords records = new CloudEventRecords();
        try (AssignedConsumer consumer =
                AssignedConsumer.open(kafka, List.of(Topic.JOBS, Topic.CHARGES), Map.of(), Beginning.OLDEST)) {
            boolean more = true;
            while (more) {
                var polled = consumer.poll(POLL);
                more = !polled.isEmpty();
                polled.forEach(kafkaRecord -> {
                    switch (records.read(kafkaRecord)) {
                        case Received.Readable(Envelope envelope, var _) -> verdict.hear(envelope.event());
                        case Received.Unreadable(var _, String reason, var _) -> verdict.faults.add(reason);
                    }
                });
            }
        }
        verdict.histories.forEach(verdict::judge);
        return verdict;
    }

    private void hear(Event event) {
        if (event instanceof JobEvent entry) {
            JobEvent earlier = histories
                    .computeIfAbsent(entry.jobId(), _ -> new TreeMap<>())
                    .putIfAbsent(entry.sequence(), entry);
            if (earlier != null && !earlier.equals(entry)) {
                faults.add("the history forks: %s and %s".formatted(earlier, entry));
            }
        } else if (event instanceof ChargePosted charge) {
            charges.merge(charge.jobId(), charge, (one, other) -> one.revision() >= other.revision() ? one : other);
        }
    }

    private void judge(JobId job, SortedMap<Long, JobEvent> history) {
        if (history.firstKey() != 1 || history.lastKey() != history.size()) {
            faults.add("the history has a gap: " + history);
        }
        List<Terminal> ends = entries(history.values(), Terminal.class);
        if (ends.size() != 1 || !(ends.getFirst() instanceof JobSucceeded)) {
            faults.add("%s should have succeeded once, but: %s".formatted(job, ends));
        }
        long readMillis = entries(history.values(), JobFinishing.class).stream()
                .mapToLong(JobFinishing::readingMillis)
                .sum();
        ChargePosted charge = charges.get(job);
        if (charge == null || !isOf(charge.statement(), readMillis)) {
            faults.add("%s was read %d ms, but the charge is %s".formatted(job, readMillis, charge));
        }
    }

    /** Whether each millisecond is either billed or free for a reason that is told. */
    private static boolean isOf(Statement statement, long readMillis) {
        long billable =
                statement.lines().stream().mapToLong(Line::billableMillis).sum();
        long free = statement.lines().stream()
                .filter(line -> line.freeReason() != FreeReason.NOTHING_FREE)
                .mapToLong(Line::freeMillis)
                .sum();
        return billable + free == readMillis && statement.billedSeconds() == billable / 1000;
    }

    /** Jobs that anything was told of. */
    int jobs() {
        return histories.size();
    }

    /** Whatever must not be. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    long attempts() {
        return all(JobAssigned.class).size();
    }

    /** Attempts that were lost, by cause. */
    Map<String, Integer> requeued() {
        Map<String, Integer> causes = new TreeMap<>();
        all(JobRequeued.class).forEach(entry -> causes.merge(entry.cause().name(), 1, Integer::sum));
        return causes;
    }

    /** Milliseconds that were not billed, by the reason. */
    Map<FreeReason, Long> freeMillis() {
        Map<FreeReason, Long> free = new EnumMap<>(FreeReason.class);
        charges.values().stream()
                .flatMap(charge -> charge.statement().lines().stream())
                .filter(line -> line.freeMillis() > 0)
                .forEach(line -> free.merge(line.freeReason(), line.freeMillis(), Long::sum));
        return free;
    }

    long billedSeconds() {
        return charges.values().stream()
                .mapToLong(charge -> charge.statement().billedSeconds())
                .sum();
    }

    /** For each of these moments how long it took until something was assigned, in milliseconds, ascending. */
    List<Long> millisToNextAssignment(List<Instant> moments) {
        List<Instant> assigned = all(JobAssigned.class).stream()
                .map(JobAssigned::occurredAt)
                .sorted()
                .toList();
        List<Long> waits = new ArrayList<>();
        for (Instant moment : moments) {
            assigned.stream()
                    .filter(at -> at.isAfter(moment))
                    .findFirst()
                    .ifPresent(at -> waits.add(Duration.between(moment, at).toMillis()));
        }
        return waits.stream().sorted().toList();
    }

    private <T extends JobEvent> List<T> all(Class<T> type) {
        return histories.values().stream()
                .flatMap(history -> entries(history.values(), type).stream())
                .toList();
    }

    private static <T> List<T> entries(Collection<JobEvent> history, Class<T> type) {
        return history.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
