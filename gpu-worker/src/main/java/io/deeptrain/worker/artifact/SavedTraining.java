package io.deeptrain.worker.artifact;

import io.deeptrain.event.JobId;
import io.deeptrain.worker.network.LearnerState;

/**
 * A checkpoint's content. With the plan it says everything about what comes next: the order of the images and all
 * chance are functions of the seed and the step.
 */
public record SavedTraining(
        JobId jobId,
        long seed,
        String manifestSha256,
        String architecture,
        long step,
        LearnerState state,
        BestSoFar best) {}
