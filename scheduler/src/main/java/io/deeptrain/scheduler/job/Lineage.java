package io.deeptrain.scheduler.job;

import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Origin.Resumed;
import io.deeptrain.event.Origin.Scratch;

/**
 * The work that an attempt builds on.
 *
 * @param billableMillis meter time that is in {@code origin}, over all the attempts that led to it
 * @param gpuMillis the same of each GPU, as the attempts may have had different numbers of them
 */
public record Lineage(Origin origin, long billableMillis, long gpuMillis) {
    public static final Lineage SCRATCH = new Lineage(new Scratch(), 0, 0);

    /**
     * What a later attempt builds on that resumes from a checkpoint of an attempt which began with this lineage.
     *
     * @param gpus how many that attempt has
     */
    public Lineage savedAs(Checkpoint checkpoint, int gpus) {
        return new Lineage(
                new Resumed(checkpoint),
                SaturatingSum.of(billableMillis, checkpoint.readingMillis()),
                SaturatingSum.of(gpuMillis, SaturatingSum.times(checkpoint.readingMillis(), gpus)));
    }

    /**
     * The lineage of an attempt that was offered this one and says where it really began. A checkpoint that it was not
     * offered counts with that checkpoint's own reading alone, on as many GPUs as the attempt has that found it.
     */
    public Lineage asStartedFrom(Origin real, int gpus) {
        if (real.equals(origin)) {
            return this;
        }
        return switch (real) {
            case Scratch _ -> SCRATCH;
            case Resumed(var checkpoint) -> SCRATCH.savedAs(checkpoint, gpus);
        };
    }
}
