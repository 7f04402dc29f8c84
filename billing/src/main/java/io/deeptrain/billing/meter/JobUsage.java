package io.deeptrain.billing.meter;

import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that billing knows about one job: the fold of its history and of its meter readings by {@link Meter}.
 *
 * @param sequence of the newest entry of the history that is folded in
 * @param attempts those whose meter started or that are over, the oldest first
 * @param shown readings of attempts that are under way, or that the history has not come to yet
 */
public record JobUsage(
        JobId jobId,
        Terms terms,
        long sequence,
        List<AttemptUsage> attempts,
        SortedMap<FencingToken, ShownReading> shown,
        Ending ending) {
    public JobUsage {
        attempts = attempts.stream()
                .sorted(Comparator.comparing(AttemptUsage::attempt))
                .toList();
        shown = Collections.unmodifiableSortedMap(new TreeMap<>(shown));
    }

    /** How an entry of the history stands to what is folded in already. */
    public enum Arrival {
        /** It is in: delivery is at least once, effects are once. */
        SEEN,
        NEXT,
        /** An entry before it is missing. */
        AHEAD
    }

    public Arrival arrival(JobEvent event) {
        if (event.sequence() <= sequence) {
            return Arrival.SEEN;
        }
        return event.sequence() == sequence + 1 ? Arrival.NEXT : Arrival.AHEAD;
    }

    public Optional<AttemptUsage> attempt(FencingToken token) {
        return attempts.stream().filter(usage -> usage.attempt().equals(token)).findFirst();
    }

    /**
     * This usage with its history read up to there. Entries that have no effect on a charge need not be kept; whoever
     * folds only those that have says here how far the history went.
     */
    public JobUsage readUpTo(long newest) {
        return new JobUsage(jobId, terms, Math.max(sequence, newest), attempts, shown, ending);
    }

    JobUsage with(AttemptUsage attempt) {
        List<AttemptUsage> changed = new ArrayList<>(attempts);
        changed.removeIf(usage -> usage.attempt().equals(attempt.attempt()));
        changed.add(attempt);
        return new JobUsage(jobId, terms, sequence, changed, shown, ending);
    }

    /** With a reading that was shown while the attempt was under way. */
    public JobUsage with(FencingToken attempt, ShownReading reading) {
        SortedMap<FencingToken, ShownReading> changed = new TreeMap<>(shown);
        changed.merge(attempt, reading, ShownReading::or);
        return new JobUsage(jobId, terms, sequence, attempts, changed, ending);
    }

    JobUsage with(Ending newEnding) {
        return new JobUsage(jobId, terms, sequence, attempts, shown, newEnding);
    }
}
