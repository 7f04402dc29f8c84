package io.deeptrain.worker.artifact;

import io.deeptrain.worker.evaluation.EpochSample;
import io.deeptrain.worker.evaluation.EvaluationReport;
import java.util.List;

/**
 * All that a training publishes.
 *
 * @param answers what was said of the images that the report is of, read while it is published
 */
public record Publication(
        TrainedModel model,
        EvaluationReport report,
        TrainingRecord training,
        List<EpochSample> samples,
        LeftOut leftOut,
        ImageAnswers answers) {
    public Publication {
        samples = List.copyOf(samples);
    }

    /** Of a training that says nothing of single images, neither of those it learned from nor of others. */
    public Publication(TrainedModel model, EvaluationReport report, TrainingRecord training) {
        this(model, report, training, List.of(), LeftOut.NOTHING, ImageAnswers.NONE);
    }
}
