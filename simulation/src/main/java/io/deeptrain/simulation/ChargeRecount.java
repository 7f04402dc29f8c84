package io.deeptrain.simulation;

import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobCancelling;
import io.deeptrain.event.JobEvent.JobCheckpointed;
import io.deeptrain.event.JobEvent.JobFailed;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.Origin;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a job must cost, worked out a second time from its finished history alone and in another way than billing does:
 * from the end backwards, in decimal fractions instead of integers. The rules are those of {@code docs/billing.md}.
 */
record ChargeRecount(long seconds, long cents, Map<FencingToken, Long> billableMillis) {
    private static final BigDecimal SECONDS_PER_HOUR = BigDecimal.valueOf(3600);
    private static final BigDecimal MILLIS_PER_SECOND = BigDecimal.valueOf(1000);

    static ChargeRecount of(List<JobEvent> history) {
        JobQueued terms = (JobQueued) history.getFirst();
        if (history.getLast() instanceof JobFailed failed && failed.fault() != Fault.USER) {
            return new ChargeRecount(0, 0, Map.of());
        }
        NavigableMap<FencingToken, JobStarted> starts = new TreeMap<>();
        Map<FencingToken, Instant> stops = new HashMap<>();
        Map<FencingToken, Long> lastReadings = new HashMap<>();
        for (JobEvent entry : history) {
            switch (entry) {
                case JobStarted start -> starts.put(start.attempt(), start);
                case JobRequeued requeued -> {
                    stops.put(requeued.attempt(), requeued.occurredAt());
                    lastReadings.put(requeued.attempt(), 0L);
                }
                case JobFinishing finishing -> {
                    stops.put(finishing.attempt(), finishing.occurredAt());
                    lastReadings.put(finishing.attempt(), finishing.readingMillis());
                }
                case JobCancelling cancelling -> stops.put(cancelling.attempt(), cancelling.cancelledAt());
                case JobCancelled cancelled -> {
                    if (!lastReadings.containsKey(cancelled.attempt())) {
                        lastReadings.put(cancelled.attempt(), cancelled.readingMillis());
                    }
                    stops.replaceAll(
                            (_, stop) -> stop.isBefore(cancelled.cancelledAt()) ? stop : cancelled.cancelledAt());
                }
                case JobQueued _, JobAssigned _, JobCheckpointed _, JobSucceeded _, JobFailed _ -> {}
            }
        }
        Map<FencingToken, Long> billable = new TreeMap<>();
        BigDecimal gpuMillis = BigDecimal.ZERO;
        if (!starts.isEmpty()) {
            FencingToken attempt = starts.lastKey();
            long reading = lastReadings.getOrDefault(attempt, 0L);
            Optional<JobStarted> next = Optional.ofNullable(starts.get(attempt));
            while (next.isPresent()) {
                JobStarted start = next.get();
                long startMillis = start.occurredAt().toEpochMilli();
                long stopMillis = Optional.ofNullable(stops.get(start.attempt()))
                        .map(Instant::toEpochMilli)
                        .orElse(startMillis);
                long held = Math.min(reading, Math.max(0, stopMillis - startMillis));
                billable.put(start.attempt(), held);
                gpuMillis = gpuMillis.add(
                        BigDecimal.valueOf(held).multiply(BigDecimal.valueOf(start.gpusOf(terms.gpus()))));
                next = Optional.empty();
                if (start.origin() instanceof Origin.Resumed(Checkpoint from)) {
                    next = Optional.ofNullable(starts.get(from.attempt()));
                    reading = from.readingMillis();
                }
            }
        }
        BigDecimal seconds = gpuMillis
                .multiply(BigDecimal.valueOf(terms.milliOfEach(), 3))
                .divide(MILLIS_PER_SECOND.multiply(BigDecimal.valueOf(terms.gpus())), 0, RoundingMode.DOWN);
        BigDecimal perHour =
                BigDecimal.valueOf(terms.rate().centsPerGpuHour()).multiply(BigDecimal.valueOf(terms.gpus()));
        if (terms.cap() instanceof CostCap.AtMost(long most)) {
            // Before rounding, so that a cap of nothing pays for nothing.
            BigDecimal paid = BigDecimal.valueOf(most).multiply(SECONDS_PER_HOUR);
            while (perHour.multiply(seconds).compareTo(paid) > 0) {
                seconds = seconds.subtract(BigDecimal.ONE);
            }
        }
        BigDecimal cents = perHour.multiply(seconds).divide(SECONDS_PER_HOUR, 0, RoundingMode.DOWN);
        return new ChargeRecount(seconds.longValueExact(), cents.longValueExact(), billable);
    }
}
