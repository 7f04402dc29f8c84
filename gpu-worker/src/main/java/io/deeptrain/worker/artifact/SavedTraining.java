package io.deeptrain.worker.artifact;

import io.deeptrain.event.JobId;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.worker.evaluation.EpochSample;
import io.deeptrain.worker.network.LearnerState;
import java.util.List;

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
        BestSoFar best,
        List<EpochSample> samples) {
    public SavedTraining {
        samples = List.copyOf(samples);
    }

    /** Of a training that says nothing of single images. */
    public SavedTraining(
            JobId jobId,
            long seed,
            String manifestSha256,
            String architecture,
            long step,
            LearnerState state,
            BestSoFar best) {
        this(jobId, seed, manifestSha256, architecture, step, state, best, List.of());
    }

    /** Whether it is of this job: the same seed, the same images, the same network. */
    public boolean isOf(JobId job, TrainingSpec spec, String network) {
        return jobId.equals(job)
                && seed == spec.seed()
                && manifestSha256.equals(spec.manifest().sha256())
                && architecture.equals(network);
    }
}
