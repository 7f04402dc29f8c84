package io.deeptrain.scheduler.job;

/** The answer to a command: the fact that follows, or the reason why nothing happens. */
public sealed interface Decision {
    record Accepted(JobFact fact) implements Decision {}

    record Refused(Refusal reason) implements Decision {}

    enum Refusal {
        /** The attempt is not the job's newest. */
        STALE_TOKEN,
        /** The attempt is the newest, but it is over. */
        ATTEMPT_IS_OVER,
        /** The attempt's meter has not started. */
        NOT_STARTED,
        /** It is known already, or shows no new work. */
        NOTHING_NEW,
        /** The job is being cancelled, and only the end of its attempt matters. */
        CANCEL_UNDER_WAY,
        /** Nothing was ever trained, so that there is nothing to stop and nothing to keep. */
        NOTHING_TO_KEEP,
        NOT_QUEUED,
        /** The back-off is not over. */
        NOT_YET,
        NOT_FINISHING,
        ALREADY_ENDED
    }

    static Decision accepted(JobFact fact) {
        return new Accepted(fact);
    }

    static Decision refused(Refusal reason) {
        return new Refused(reason);
    }
}
