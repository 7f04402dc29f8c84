package io.deeptrain.scheduler.job;

import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Completion;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.Rate;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.Ending.Succeeded;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Fixtures that read as words. */
public final class Jobs {
    public static final Instant T0 = Instant.parse("2026-01-05T09:00:00Z");
    public static final Tenant ACME = new Tenant("acme", "flowers");
    public static final Tenant BOLT = new Tenant("bolt", "screws");
    public static final WorkerId ALICE = new WorkerId("alice");
    public static final WorkerId BOB = new WorkerId("bob");
    public static final IncarnationId ONE = new IncarnationId("one");
    public static final IncarnationId TWO = new IncarnationId("two");
    public static final FencingToken FIRST = new FencingToken(1);
    public static final FencingToken SECOND = new FencingToken(2);
    public static final CostCap UNCAPPED = new CostCap.Unlimited();
    public static final Succeeded SUCCESS =
            new Succeeded(object("model"), Map.of("test_accuracy", 0.97), Completion.ALL_EPOCHS);
    public static final Failed USER_FAULT = new Failed(Fault.USER, "DATA_TOLERANCE_EXCEEDED", "12 of 100 are unread");
    public static final Failed PLATFORM_FAULT = new Failed(Fault.PLATFORM, "WORKER_CRASHED", "signal 9");

    private Jobs() {}

    public static JobId job(int number) {
        return new JobId("job-%03d".formatted(number));
    }

    public static TrainingRequested request(int number, Tenant tenant, int gpus, CostCap cap) {
        return new TrainingRequested(
                job(number),
                tenant,
                new ModelId("petals"),
                new ModelVersionId("version-" + number),
                new TrainingSpec(
                        "visual-classifier",
                        "classification_cifar10_v1",
                        Map.of("num_epochs", 2L),
                        List.of("rose", "tulip"),
                        object("manifest"),
                        100,
                        5,
                        gpus,
                        42),
                new Rate(400, "USD"),
                cap,
                Duration.ofMinutes(10),
                T0);
    }

    /** One that is expected to take so long; zero if nobody knows. */
    public static TrainingRequested lasting(int number, Tenant tenant, int gpus, Duration estimate, Instant at) {
        TrainingRequested asked = request(number, tenant, gpus, UNCAPPED);
        return new TrainingRequested(
                asked.jobId(),
                tenant,
                asked.modelId(),
                asked.modelVersionId(),
                asked.spec(),
                asked.rate(),
                asked.cap(),
                estimate,
                at);
    }

    /** One that runs on any number of GPUs between these two. */
    public static TrainingRequested elastic(int number, Tenant tenant, int least, int most) {
        return with(request(number, tenant, most, UNCAPPED), Map.of("num_epochs", 20L, "min_num_gpus", (long) least));
    }

    /** One that runs only on GPUs of this class. */
    public static TrainingRequested onClass(String gpuClass, TrainingRequested request) {
        return with(request, Map.of("gpu_class", gpuClass));
    }

    /** One that runs on a slice of a GPU, of at least this fraction. */
    public static TrainingRequested onSlice(double fraction, TrainingRequested request) {
        return with(request, Map.of("gpu_fraction", fraction));
    }

    private static TrainingRequested with(TrainingRequested request, Map<String, Object> more) {
        TrainingSpec spec = request.spec();
        Map<String, Object> hyperparameters = new TreeMap<>(spec.hyperparameters());
        hyperparameters.putAll(more);
        return new TrainingRequested(
                request.jobId(),
                request.tenant(),
                request.modelId(),
                request.modelVersionId(),
                new TrainingSpec(
                        spec.modelTypeId(),
                        spec.template(),
                        hyperparameters,
                        spec.concepts(),
                        spec.manifest(),
                        spec.inputCount(),
                        spec.invalidDataTolerancePercent(),
                        spec.gpus(),
                        spec.seed()),
                request.rate(),
                request.cap(),
                request.estimate(),
                request.requestedAt());
    }

    public static TrainingRequested request(int number) {
        return request(number, ACME, 1, UNCAPPED);
    }

    public static StoredObject object(String key) {
        return new StoredObject(key, "ab".repeat(32), 1234);
    }

    public static Checkpoint checkpoint(FencingToken attempt, int number, long step, long readingMillis) {
        return new Checkpoint(attempt, number, 1, step, readingMillis, object("checkpoint-" + attempt + "-" + number));
    }

    public static Progress atStep(long step) {
        return progress(Phase.TRAINING, step);
    }

    /** At a step, after so many looks at test images. */
    public static Progress looked(long step, long looks) {
        return new Progress(Phase.TRAINING, 0, 2, step, 1_000_000, 0.5, Map.of(), 900, Optional.of(looks));
    }

    public static Progress progress(Phase phase, long step) {
        return new Progress(phase, 0, 2, step, 1_000_000, 0.5, Map.of(), 900);
    }
}
