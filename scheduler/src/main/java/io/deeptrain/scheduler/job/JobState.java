package io.deeptrain.scheduler.job;

import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.Origin.Resumed;
import io.deeptrain.event.Origin.Scratch;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.scheduler.job.Ending.Outcome;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Where a job is in its life.
 *
 * <pre>
 * Queued     -- Assigned       --> Assigned
 * Queued     -- StopAsked      --> Queued
 * Queued     -- Ended          --> Ended        (cancelled)
 * Queued     -- Finished       --> Finishing    (can never run)
 * Assigned   -- Started        --> Running
 * Assigned   -- StopAsked      --> Assigned
 * Assigned   -- InputsRead     --> Assigned
 * Assigned   -- Requeued       --> Queued
 * Assigned   -- CancelBegun    --> Cancelling
 * Assigned   -- Finished       --> Finishing    (the user's fault, or no retries left)
 * Running    -- Progressed     --> Running
 * Running    -- CheckpointKept --> Running
 * Running    -- StopAsked      --> Running
 * Running    -- Requeued       --> Queued
 * Running    -- CancelBegun    --> Cancelling
 * Running    -- Finished       --> Finishing
 * Cancelling -- MeterRead      --> Cancelling
 * Cancelling -- Ended          --> Ended        (cancelled)
 * Finishing  -- Ended          --> Ended        (sealed: as it finished; or cancelled)
 * </pre>
 *
 * <p>{@code stopWish} is the wish to end the training and keep what there is. The first one counts; it is never taken
 * back, and goes with the job from attempt to attempt, so that one that is lost while it stops does not lose the wish.
 */
public sealed interface JobState {
    /** The token of the newest attempt, {@link FencingToken#NONE} before the first. */
    FencingToken token();

    /** A worker has a lease on the job. */
    sealed interface Leased extends JobState {
        Lease lease();

        @Override
        default FencingToken token() {
            return lease().token();
        }
    }

    /**
     * Waits for a worker.
     *
     * @param notBefore the end of the back-off; no attempt begins earlier
     * @param lineage what the next attempt builds on
     */
    record Queued(
            FencingToken token, Instant since, Instant notBefore, Losses losses, Lineage lineage, StopWish stopWish)
            implements JobState {}

    /**
     * A worker was told to run it and prepares. No meter runs.
     *
     * @param inputsRead as the worker last said with something new; empty as long as it has said nothing, as workers do
     *     that never say it
     */
    record Assigned(Lease lease, Losses losses, Lineage lineage, StopWish stopWish, Optional<Long> inputsRead)
            implements Leased {
        /** Before anything is heard of its inputs. */
        public Assigned(Lease lease, Losses losses, Lineage lineage, StopWish stopWish) {
            this(lease, losses, lineage, stopWish, Optional.empty());
        }

        Assigned withStopWish(StopWish wish) {
            return new Assigned(lease, losses, lineage, wish, inputsRead);
        }

        Assigned withInputsRead(long inputs) {
            return new Assigned(lease, losses, lineage, stopWish, Optional.of(inputs));
        }
    }

    /**
     * The meter runs.
     *
     * @param startedFrom what this attempt builds on
     * @param lineage what a later attempt would build on: this attempt's newest checkpoint, else {@code startedFrom}
     * @param readingMillis the largest reading that came with new work
     * @param progress the furthest report
     */
    record Running(
            Lease lease,
            Losses losses,
            Lineage startedFrom,
            Lineage lineage,
            Instant startedAt,
            long readingMillis,
            Progress progress,
            Pace pace,
            StopWish stopWish)
            implements Leased {
        /** All of the job's meter time that would be charged if it ended now. */
        public long billableMillis() {
            return SaturatingSum.of(startedFrom.billableMillis(), readingMillis);
        }

        /** The same of each GPU. */
        public long billableGpuMillis() {
            return SaturatingSum.of(startedFrom.gpuMillis(), SaturatingSum.times(readingMillis, lease.gpus()));
        }

        /** Meter time of this attempt that is in no checkpoint. */
        public long unsavedMillis() {
            return billableMillis() - lineage.billableMillis();
        }

        /** How often the job has made room: each earlier attempt that was not lost. */
        public int preemptions() {
            return Math.toIntExact(token().value() - 1 - losses.count());
        }
    }

    /**
     * The tenant cancelled and the worker is being stopped.
     *
     * @param metered whether the meter had started
     */
    record Cancelling(Lease lease, Instant cancelledAt, boolean metered, long readingMillis) implements Leased {}

    /** The attempts are over. The front door is asked whether a cancel came first. */
    record Finishing(FencingToken token, Outcome outcome, long readingMillis) implements JobState {}

    /** Nothing follows. */
    record Ended(FencingToken token, Ending ending, long readingMillis, Instant at) implements JobState {}

    /** How a job is born. */
    static Queued queuedAt(Instant now) {
        return new Queued(FencingToken.NONE, now, now, Losses.NONE, Lineage.SCRATCH, StopWish.NONE);
    }

    /** How an attempt's meter starts. */
    static Running startedAt(Assigned before, Lineage startedFrom, Instant now) {
        return new Running(
                before.lease(),
                before.losses(),
                startedFrom,
                startedFrom,
                now,
                0,
                progressIn(startedFrom),
                Pace.UNKNOWN,
                before.stopWish());
    }

    /** Work that an attempt did not do itself is no progress of its own. */
    private static Progress progressIn(Lineage lineage) {
        return switch (lineage.origin()) {
            case Scratch _ -> noProgressBeyond(0, 0);
            case Resumed(Checkpoint checkpoint) -> noProgressBeyond(checkpoint.epoch(), checkpoint.step());
        };
    }

    private static Progress noProgressBeyond(int epoch, long step) {
        return new Progress(Phase.TRAINING, epoch, epoch, step, step, Double.NaN, Map.of(), 0);
    }
}
