package io.deeptrain.worker.artifact;

import io.deeptrain.event.Completion;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.worker.evaluation.EvaluationReport;
import java.util.Collections;
import java.util.Map;

/** Publications for tests. */
public final class Publications {
    private static final StoredObject MANIFEST = new StoredObject("manifest", "ab".repeat(32), 1);

    private Publications() {}

    /** A model with a report, of a training that says little. */
    public static Publication of(TrainedModel model, EvaluationReport report) {
        return new Publication(
                model,
                report,
                new TrainingRecord(
                        new TrainingSpec(
                                "visual-classifier",
                                "classification_cifar10_v1",
                                Map.of("num_epochs", 2L),
                                model.concepts(),
                                MANIFEST,
                                3,
                                5,
                                1,
                                42),
                        2,
                        0,
                        1,
                        Collections.nCopies(model.concepts().size(), 1),
                        0,
                        4,
                        4,
                        Completion.ALL_EPOCHS,
                        report.metrics()));
    }
}
