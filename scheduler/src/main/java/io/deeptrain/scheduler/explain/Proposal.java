package io.deeptrain.scheduler.explain;

import io.deeptrain.event.CostCap;
import io.deeptrain.event.GpuShare;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Rate;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.placement.Fractions;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A job that nobody has asked for yet.
 *
 * @param gpus all together, on one worker
 * @param gpuClass absent for any
 * @param gpuMilli thousandths of a GPU: 1000, or less for a slice of a single one
 * @param priority absent for that of its app
 * @param expected how long it will take on these GPUs
 */
public record Proposal(
        Tenant tenant,
        int gpus,
        Optional<String> gpuClass,
        int gpuMilli,
        Optional<Priority> priority,
        Duration expected) {
    public static final int GPUS_MAX = 1024;
    public static final Duration EXPECTED_MAX = Duration.ofDays(365);

    /** No job that was asked for has such an id. */
    static final JobId JOB = new JobId("~proposed");

    private static final String NONE = "none";
    private static final String SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /** On GPUs of any class. */
    public Proposal(Tenant tenant, int gpus, Optional<Priority> priority, Duration expected) {
        this(tenant, gpus, Optional.empty(), GpuShare.WHOLE, priority, expected);
    }

    public Proposal {
        if (gpus < 1 || gpus > GPUS_MAX) {
            throw new IllegalArgumentException("gpus must be 1 to %d: %d".formatted(GPUS_MAX, gpus));
        }
        requireShare("gpus", gpus, gpuMilli);
        if (!expected.isPositive() || expected.compareTo(EXPECTED_MAX) > 0) {
            throw new IllegalArgumentException(
                    "expected_seconds must be 1 to %d: %d".formatted(EXPECTED_MAX.toSeconds(), expected.toSeconds()));
        }
    }

    static void requireShare(String field, int gpus, int gpuMilli) {
        if (gpuMilli < 1 || gpuMilli > GpuShare.WHOLE || (gpuMilli < GpuShare.WHOLE && gpus != 1)) {
            throw new IllegalArgumentException("gpu_fraction must be 0.001 to 1, and 1 with %s above 1: %s with %d"
                    .formatted(field, Fractions.words(gpuMilli), gpus));
        }
    }

    private Map<String, Object> hyperparameters() {
        Map<String, Object> asked = new TreeMap<>();
        gpuClass.ifPresent(name -> asked.put("gpu_class", name));
        if (gpuMilli < GpuShare.WHOLE) {
            asked.put("gpu_fraction", (double) gpuMilli / GpuShare.WHOLE);
        }
        return asked;
    }

    /** As it would wait if it were asked for now, behind all who are equal to it. */
    JobRecord in(EngineSnapshot snapshot) {
        long last = snapshot.jobs().stream().mapToLong(JobRecord::arrival).max().orElse(0);
        TrainingRequested request = new TrainingRequested(
                JOB,
                tenant,
                new ModelId(NONE),
                new ModelVersionId(NONE),
                new TrainingSpec(
                        NONE,
                        NONE,
                        hyperparameters(),
                        List.of(NONE),
                        new StoredObject(NONE, SHA256_OF_NOTHING, 0),
                        1,
                        0,
                        gpus,
                        0),
                new Rate(0, "USD"),
                new CostCap.Unlimited(),
                expected,
                askedAt(snapshot));
        return JobRecord.queued(request, last + 1, snapshot.now());
    }

    /**
     * A class more urgent is worth as much as having been asked for so much earlier, see
     * {@link io.deeptrain.scheduler.queue.Patience}.
     */
    private Instant askedAt(EngineSnapshot snapshot) {
        QueueSettings queues = snapshot.settings().queues();
        Priority ofApp = queues.tenant(tenant).priority();
        return snapshot.now()
                .minus(queues.patience().max(ofApp))
                .plus(queues.patience().max(priority.orElse(ofApp)));
    }
}
