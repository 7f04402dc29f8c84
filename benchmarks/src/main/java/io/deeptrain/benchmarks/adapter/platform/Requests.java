package io.deeptrain.benchmarks.adapter.platform;

import io.deeptrain.event.CostCap;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Rate;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.TrainingSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Requests as the front door makes them, of trainings that nobody really makes. */
public final class Requests {
    private static final Rate RATE = new Rate(400, "USD");

    private Requests() {}

    /** Of one GPU, by one of many tenants. */
    public static TrainingRequested training(String job, int tenant, Duration estimate) {
        return training(job, new Tenant("user-" + tenant, "app"), 1, estimate);
    }

    public static TrainingRequested training(String job, Tenant tenant, int gpus, Duration estimate) {
        return new TrainingRequested(
                new JobId(job),
                tenant,
                new ModelId("model-" + job),
                new ModelVersionId("version-" + job),
                new TrainingSpec(
                        "visual-classifier",
                        "classification_cifar10_v1",
                        Map.of(),
                        List.of("cat"),
                        new StoredObject("manifest", "ab".repeat(32), 1),
                        100,
                        5,
                        gpus,
                        1),
                RATE,
                new CostCap.Unlimited(),
                estimate,
                Instant.now());
    }
}
