package io.deeptrain.billing.meter;

import io.deeptrain.event.FencingToken;
import io.deeptrain.event.Origin;
import java.time.Instant;

/**
 * One attempt's meter: when it ran, by the server's clock, and what it read.
 *
 * <p>R2: it starts with {@code JobStarted}, which says that the GPU is held, the data is checked and the base model is
 * loaded. R3: it stops with the attempt's end or loss, or with the commit of the cancel, whichever is first. R9:
 * nothing before, between or after has a meter, so that waiting, downloading, backing off and stopping cost nothing.
 *
 * <pre>
 * (none)  -> Running | NeverStarted
 * Running -> Ended | Lost
 * </pre>
 */
public sealed interface AttemptUsage {
    FencingToken attempt();

    /**
     * The meter runs.
     *
     * @param gpus how many the attempt holds
     */
    record Running(FencingToken attempt, Instant startedAt, Origin origin, int gpus) implements AttemptUsage {
        public Running {
            Readings.require(origin);
        }
    }

    /** The attempt came to its own end: it succeeded, gave up for good, or was cancelled. */
    record Ended(
            FencingToken attempt, Instant startedAt, Origin origin, int gpus, Instant stoppedAt, long readingMillis)
            implements AttemptUsage {
        public Ended {
            Readings.require(readingMillis);
        }
    }

    /** The platform took the attempt away: its worker was lost or hung, it failed by our fault, it was preempted. */
    record Lost(FencingToken attempt, Instant startedAt, Origin origin, int gpus, Instant stoppedAt, long readingMillis)
            implements AttemptUsage {
        public Lost {
            Readings.require(readingMillis);
        }
    }

    /** The attempt was over before its meter started. Should a reading be claimed, none of it counts. */
    record NeverStarted(FencingToken attempt, Instant stoppedAt, long readingMillis) implements AttemptUsage {
        public NeverStarted {
            Readings.require(readingMillis);
        }
    }
}
