package io.deeptrain.scheduler.explain;

import io.deeptrain.event.JobId;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;

/**
 * How the expected starts of those that wait would move. A second or less is no move.
 *
 * @param later so many would start later
 * @param laterTotal by so much altogether
 * @param laterMax by so much the one that is moved most
 * @param earlier so many would start earlier
 * @param earlierTotal by so much altogether
 * @param earlierMax by so much the one that is moved most
 * @param noLonger so many have an expected start now and would have none
 * @param atLast so many have none now and would have one
 */
public record Effect(
        int later,
        Duration laterTotal,
        Duration laterMax,
        int earlier,
        Duration earlierTotal,
        Duration earlierMax,
        int noLonger,
        int atLast) {
    private static final Duration TO_COUNT = Duration.ofSeconds(1);

    static Effect between(Forecast before, Forecast after, Collection<JobId> waiting) {
        Moves later = new Moves();
        Moves earlier = new Moves();
        int noLonger = 0;
        int atLast = 0;
        for (JobId jobId : waiting) {
            Optional<StartTime> was = before.of(jobId);
            Optional<StartTime> is = after.of(jobId);
            if (was.isPresent() && is.isPresent()) {
                Duration move = Duration.between(was.get().at(), is.get().at());
                later.count(move);
                earlier.count(move.negated());
            } else if (was.isPresent()) {
                noLonger++;
            } else if (is.isPresent()) {
                atLast++;
            }
        }
        return new Effect(
                later.jobs, later.total, later.longest, earlier.jobs, earlier.total, earlier.longest, noLonger, atLast);
    }

    /** Those in one direction. */
    private static final class Moves {
        private int jobs;
        private Duration total = Duration.ZERO;
        private Duration longest = Duration.ZERO;

        void count(Duration move) {
            if (move.compareTo(TO_COUNT) > 0) {
                jobs++;
                total = total.plus(move);
                longest = move.compareTo(longest) > 0 ? move : longest;
            }
        }
    }
}
