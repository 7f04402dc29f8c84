package io.deeptrain.scheduler.job;

import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Origin.Resumed;
import io.deeptrain.event.Origin.Scratch;

/**
 * The work that an attempt builds on.
 *
 * @param billableMillis meter time that is in {@code origin}, over all the attempts that led to it
 */
public record Lineage(Origin origin, long billableMillis) {
    public static final Lineage SCRATCH = new Lineage(new Scratch(), 0);

    /** What a later attempt builds on that resumes from a checkpoint of an attempt which began with this lineage. */
    public Lineage savedAs(Checkpoint checkpoint) {
        return new Lineage(new Resumed(checkpoint), SaturatingSum.of(billableMillis, checkpoint.readingMillis()));
    }

    /**
     * The lineage of an attempt that was offered this one and says where it really began. A checkpoint that it was not
     * offered counts with that checkpoint's own reading alone.
     */
    public Lineage asStartedFrom(Origin real) {
        if (real.equals(origin)) {
            return this;
        }
        return switch (real) {
            case Scratch _ -> SCRATCH;
            case Resumed(var checkpoint) -> SCRATCH.savedAs(checkpoint);
        };
    }
}
