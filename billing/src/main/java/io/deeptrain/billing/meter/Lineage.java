package io.deeptrain.billing.meter;

import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.Origin;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * R6. Which of the time that a job's attempts used counts: the newest attempt, and of the attempt that it resumed from
 * what led up to that checkpoint, and so on back to the first. All else is lost work, and free. An attempt that was
 * lost and that nobody resumed from counts for nothing; that a checkpoint of it exists is not enough.
 */
public final class Lineage {
    private Lineage() {}

    /** Divides every attempt's reading, the oldest attempt first. */
    public static List<AttemptTally> tallies(JobUsage usage) {
        Map<FencingToken, Checkpoint> resumed = checkpointsResumedFrom(usage);
        Optional<FencingToken> head = newestStarted(usage);
        List<AttemptTally> tallies = new ArrayList<>();
        for (AttemptUsage attempt : usage.attempts()) {
            boolean newest = head.isPresent() && head.get().equals(attempt.attempt());
            Optional<Checkpoint> checkpoint = Optional.ofNullable(resumed.get(attempt.attempt()));
            tallies.add(tally(usage, attempt, newest, checkpoint));
        }
        return List.copyOf(tallies);
    }

    /** By the attempt that saved it. Tokens only fall on the way back, so that the walk ends. */
    private static Map<FencingToken, Checkpoint> checkpointsResumedFrom(JobUsage usage) {
        Map<FencingToken, Checkpoint> resumed = new TreeMap<>();
        Optional<AttemptUsage> at = newestStarted(usage).flatMap(usage::attempt);
        while (at.isPresent()) {
            Optional<Checkpoint> checkpoint = checkpointOf(at.get());
            checkpoint.ifPresent(saved -> resumed.put(saved.attempt(), saved));
            at = checkpoint.map(Checkpoint::attempt).flatMap(usage::attempt);
        }
        return resumed;
    }

    private static Optional<Checkpoint> checkpointOf(AttemptUsage attempt) {
        return origin(attempt)
                .flatMap(origin -> switch (origin) {
                    case Origin.Scratch _ -> Optional.empty();
                    case Origin.Resumed from -> Optional.of(from.checkpoint());
                })
                .filter(saved -> saved.attempt().compareTo(attempt.attempt()) < 0);
    }

    private static Optional<Origin> origin(AttemptUsage attempt) {
        return switch (attempt) {
            case AttemptUsage.Running running -> Optional.of(running.origin());
            case AttemptUsage.Ended ended -> Optional.of(ended.origin());
            case AttemptUsage.Lost lost -> Optional.of(lost.origin());
            case AttemptUsage.NeverStarted _ -> Optional.empty();
        };
    }

    private static Optional<FencingToken> newestStarted(JobUsage usage) {
        return usage.attempts().reversed().stream()
                .filter(attempt -> origin(attempt).isPresent())
                .map(AttemptUsage::attempt)
                .findFirst();
    }

    private static AttemptTally tally(
            JobUsage usage, AttemptUsage attempt, boolean newest, Optional<Checkpoint> resumed) {
        long resumedMillis = resumed.map(Checkpoint::readingMillis).orElse(0L);
        return switch (attempt) {
            case AttemptUsage.Running running -> {
                long shown = Optional.ofNullable(usage.shown().get(running.attempt()))
                        .map(ShownReading::millis)
                        .orElse(0L);
                long reading = Math.max(shown, resumedMillis);
                Instant until = running.startedAt().plusMillis(reading);
                yield divide(
                        running.attempt(),
                        running.gpus(),
                        running.startedAt(),
                        until,
                        bound(usage, reading, running.startedAt(), until),
                        newest ? reading : resumedMillis);
            }
            case AttemptUsage.Ended ended -> {
                long reading = Math.max(ended.readingMillis(), resumedMillis);
                yield divide(
                        ended.attempt(),
                        ended.gpus(),
                        ended.startedAt(),
                        ended.stoppedAt(),
                        bound(usage, reading, ended.startedAt(), ended.stoppedAt()),
                        newest ? reading : resumedMillis);
            }
            case AttemptUsage.Lost lost -> {
                long reading = Math.max(lost.readingMillis(), resumedMillis);
                yield divide(
                        lost.attempt(),
                        lost.gpus(),
                        lost.startedAt(),
                        lost.stoppedAt(),
                        bound(usage, reading, lost.startedAt(), lost.stoppedAt()),
                        resumedMillis);
            }
            case AttemptUsage.NeverStarted never ->
                divide(
                        never.attempt(),
                        usage.terms().gpus(),
                        never.stoppedAt(),
                        never.stoppedAt(),
                        bound(usage, never.readingMillis(), never.stoppedAt(), never.stoppedAt()),
                        0);
        };
    }

    private static SpanBound bound(JobUsage usage, long readingMillis, Instant startedAt, Instant stoppedAt) {
        Instant cancelledAt = switch (usage.ending()) {
            case Ending.Cancelling cancelling -> cancelling.cancelledAt();
            case Ending.Cancelled cancelled -> cancelled.cancelledAt();
            case Ending.Open _, Ending.Succeeded _, Ending.Failed _ -> stoppedAt;
        };
        return SpanBound.of(readingMillis, startedAt, stoppedAt, cancelledAt);
    }

    /** {@code countedMillis}: how much of the attempt, from its start, is in the lineage. */
    private static AttemptTally divide(
            FencingToken attempt, int gpus, Instant from, Instant until, SpanBound bound, long countedMillis) {
        long billable = Math.min(bound.usedMillis(), countedMillis);
        Map<FreeReason, Long> free = new EnumMap<>(FreeReason.class);
        free.put(FreeReason.LOST_WORK, bound.usedMillis() - billable);
        free.put(FreeReason.AFTER_CANCEL, bound.afterCancelMillis());
        free.put(FreeReason.OVER_READ, bound.overReadMillis());
        long reading = bound.usedMillis() + bound.afterCancelMillis() + bound.overReadMillis();
        return new AttemptTally(attempt, gpus, from, until, reading, billable, free);
    }
}
