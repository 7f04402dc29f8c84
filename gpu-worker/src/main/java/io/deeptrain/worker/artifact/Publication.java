package io.deeptrain.worker.artifact;

import io.deeptrain.worker.evaluation.EvaluationReport;

/** All that a training publishes. */
public record Publication(TrainedModel model, EvaluationReport report, TrainingRecord training) {}
