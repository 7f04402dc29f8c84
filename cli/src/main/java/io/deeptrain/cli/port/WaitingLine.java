package io.deeptrain.cli.port;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the scheduler says of the jobs that wait, and of what it has decided. */
public interface WaitingLine {
    /**
     * One job that waits.
     *
     * @param position the first is 1
     * @param why in a sentence
     * @param wouldStart the smallest change that would start it, in a sentence
     */
    record Waiting(String job, int position, String why, String wouldStart, Optional<Expected> start) {}

    /**
     * When a job is expected to start.
     *
     * @param coverage the share of such bounds that come true
     */
    record Expected(Instant at, Instant low, Instant high, double coverage) {}

    /** What was decided about a job. */
    record Decided(Instant at, String kind, String sentence) {}

    /**
     * Those at the front.
     *
     * @param waiting how many wait altogether
     */
    record Front(int waiting, List<Waiting> jobs) {
        public Front {
            jobs = List.copyOf(jobs);
        }
    }

    Front front(int most) throws IOException;

    /** Empty if it does not wait. */
    Optional<Waiting> find(String job) throws IOException;

    /** The oldest first; none of a job that nobody knows. */
    List<Decided> decisions(String job) throws IOException;
}
