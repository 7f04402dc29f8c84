package io.deeptrain.worker.evaluation;

import io.deeptrain.event.ManifestEntry.Split;
import java.util.Map;

/** How good a model is; it is published beside it. */
public sealed interface EvaluationReport permits ImageReport, DetectionReport {
    /** Which images it was measured on: those it learned from only if there were no others. */
    Split split();

    /** By which two states of one network are compared; higher is better. */
    double score();

    /** By name. */
    Map<String, Double> metrics();
}
