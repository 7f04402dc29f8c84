package io.deeptrain.api.webhook;

import java.time.Duration;
import java.util.List;

/** When a message that was not taken is sent again. The pauses are those that Standard Webhooks recommends. */
public final class Redelivery {
    /** Answered so, the receiver wants no more of anything. */
    private static final int GONE = 410;

    private static final int SUCCESSES = 2;
    private static final int HUNDRED = 100;

    private static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24));

    private Redelivery() {}

    /**
     * What follows from an answer.
     *
     * @param attempts so far, this one included
     */
    public static Settlement answered(int attempts, int status) {
        if (status / HUNDRED == SUCCESSES) {
            return new Settlement.Delivered();
        }
        return status == GONE
                ? new Settlement.Unwanted("the server answered 410, Gone")
                : failed(attempts, "the server answered %d".formatted(status));
    }

    /**
     * What follows if there was no answer.
     *
     * @param attempts so far, this one included
     */
    public static Settlement failed(int attempts, String reason) {
        return attempts <= PAUSES.size()
                ? new Settlement.Again(PAUSES.get(attempts - 1), reason)
                : new Settlement.GivenUp(reason);
    }
}
