package io.deeptrain.benchmarks.engine;

import io.deeptrain.event.CostCap;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Rate;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.event.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A fleet and what waits for it.
 *
 * @param waiting jobs of one GPU each, dealt out to the tenants in turn
 */
record Load(int waiting, int workers, int gpusPerWorker, int tenants) {
    static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");

    private static final TrainingSpec SPEC = new TrainingSpec(
            "visual-classifier",
            "classification_cifar10_v1",
            Map.of("num_epochs", 65L),
            List.of("cat", "dog"),
            new StoredObject("manifest", "ab".repeat(32), 1_234),
            1_000,
            5,
            1,
            42);
    private static final Rate RATE = new Rate(400, "USD");
    private static final IncarnationId INCARNATION = new IncarnationId("one");

    int gpus() {
        return workers * gpusPerWorker;
    }

    TrainingRequested request(int number) {
        return new TrainingRequested(
                new JobId("job-" + number),
                new Tenant("user-" + number % tenants, "app"),
                new ModelId("model"),
                new ModelVersionId("version-" + number),
                SPEC,
                RATE,
                new CostCap.Unlimited(),
                Duration.ofMinutes(10),
                NOW);
    }

    WorkerBeat beat(int worker) {
        return new WorkerBeat(
                new WorkerId("worker-" + worker), INCARNATION, 1, "cpu", gpusPerWorker, Readiness.ACCEPTING, List.of());
    }
}
