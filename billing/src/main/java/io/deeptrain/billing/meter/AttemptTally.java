package io.deeptrain.billing.meter;

import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.ChargeEvent.Line;
import io.deeptrain.event.FencingToken;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * One attempt's reading, divided: what is billable, and what is free for which reason. Nothing vanishes: the parts add
 * up to the reading, or the tally cannot be made.
 *
 * @param gpus how many the attempt held: each of them for all of the time
 * @param from when the meter started
 * @param until when it stopped; for an attempt under way, when its reading says that it got to
 * @param freeMillis by reason; no part is 0
 */
public record AttemptTally(
        FencingToken attempt,
        int gpus,
        Instant from,
        Instant until,
        long readingMillis,
        long billableMillis,
        Map<FreeReason, Long> freeMillis) {
    public AttemptTally {
        EnumMap<FreeReason, Long> parts = new EnumMap<>(FreeReason.class);
        freeMillis.forEach((reason, millis) -> {
            if (millis != 0) {
                parts.put(reason, millis);
            }
        });
        freeMillis = Collections.unmodifiableMap(parts);
        if (billableMillis < 0 || parts.values().stream().anyMatch(millis -> millis < 0)) {
            throw new IllegalArgumentException("attempt %s has a negative part: %d ms billable, free %s"
                    .formatted(attempt, billableMillis, parts));
        }
        long free = parts.values().stream().mapToLong(Long::longValue).sum();
        if (readingMillis != billableMillis + free) {
            throw new IllegalArgumentException("attempt %s read %d ms, which is not %d ms billable and %d ms free"
                    .formatted(attempt, readingMillis, billableMillis, free));
        }
    }

    /** What is billable of each of its GPUs. */
    public long billableGpuMillis() {
        return Math.multiplyExact(billableMillis, gpus);
    }

    /** The same reading with that much less of it billable. */
    public AttemptTally freeing(long millis, FreeReason reason) {
        Map<FreeReason, Long> parts = new EnumMap<>(FreeReason.class);
        parts.putAll(freeMillis);
        parts.merge(reason, millis, Long::sum);
        return new AttemptTally(attempt, gpus, from, until, readingMillis, billableMillis - millis, parts);
    }

    /** As told to the tenant. A line has room for one reason: that of the largest free part. */
    public Line line() {
        FreeReason reason = freeMillis.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(FreeReason.NOTHING_FREE);
        return new Line(attempt, readingMillis, billableMillis, readingMillis - billableMillis, reason);
    }
}
