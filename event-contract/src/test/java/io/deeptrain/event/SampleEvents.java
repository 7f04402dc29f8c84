package io.deeptrain.event;

import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One event of each type, all about the same job, with every property set. */
public final class SampleEvents {
    private static final JobId JOB = new JobId("job-3f2a");
    private static final Tenant TENANT = new Tenant("acme", "digits");
    private static final ModelId MODEL = new ModelId("digit-classifier");
    private static final ModelVersionId VERSION = new ModelVersionId("version-1");
    private static final WorkerId WORKER = new WorkerId("gpu-1");
    private static final IncarnationId INCARNATION = new IncarnationId("gpu-1-20261121");
    private static final SchedulerId SCHEDULER = new SchedulerId("scheduler-1");
    private static final FencingToken ATTEMPT = new FencingToken(2);
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final Rate RATE = new Rate(400, "USD");
    private static final Duration ESTIMATE = Duration.ofMinutes(7);
    private static final Map<String, Double> METRICS = Map.of("test_accuracy", 0.9725, "test_loss", 0.081);

    private static final StoredObject MANIFEST = new StoredObject("sha256/aa/" + "a".repeat(64), "a".repeat(64), 4096);
    private static final Checkpoint CHECKPOINT = new Checkpoint(
            new FencingToken(1),
            3,
            2,
            240,
            61_500,
            new StoredObject("jobs/job-3f2a/attempts/1/checkpoints/3", "b".repeat(64), 1_048_576));
    private static final StoredObject TRAINED =
            new StoredObject("jobs/job-3f2a/attempts/2/model", "c".repeat(64), 524_288);
    private static final Origin RESUMED = new Origin.Resumed(CHECKPOINT);

    private static final TrainingSpec SPEC = new TrainingSpec(
            "visual-classifier",
            "classification_cifar10_v1",
            Map.of("batch_size", 64L, "learning_rate", 0.05, "whole_rate", 1.0, "flip", true, "schedule", "cosine"),
            List.of("zero", "one"),
            MANIFEST,
            1000,
            5,
            1,
            42);

    private static final ChargeEvent.Statement STATEMENT = new ChargeEvent.Statement(
            RATE,
            1,
            120,
            13,
            List.of(
                    new ChargeEvent.Line(new FencingToken(1), 70_000, 61_500, 8_500, ChargeEvent.FreeReason.LOST_WORK),
                    new ChargeEvent.Line(ATTEMPT, 58_999, 58_999, 0, ChargeEvent.FreeReason.NOTHING_FREE)));

    private SampleEvents() {}

    /** In the order of {@link EventType#ALL}. */
    public static final List<Event> ALL = List.of(
            new RequestEvent.TrainingRequested(
                    JOB, TENANT, MODEL, VERSION, SPEC, RATE, new CostCap.AtMost(2_500), ESTIMATE, NOON),
            new RequestEvent.TrainingStopRequested(JOB, NOON),
            new RequestEvent.TrainingBudgetReached(JOB, NOON),
            new RequestEvent.TrainingCancelled(JOB, NOON),
            new RequestEvent.JobSealed(JOB, NOON),
            new AssignmentEvent.AttemptAssigned(JOB, ATTEMPT, WORKER, INCARNATION, TENANT, SPEC, RESUMED),
            new AssignmentEvent.RanksAssigned(JOB, ATTEMPT, WORKER, INCARNATION, 1, 1, 2, "gpu-7:7400"),
            new AssignmentEvent.AttemptStopRequested(JOB, ATTEMPT, WORKER, INCARNATION, StopReason.CANCELLED),
            new AttemptEvent.InputsRead(JOB, ATTEMPT, WORKER, 12, 400, 1_000),
            new AttemptEvent.AttemptStarted(JOB, ATTEMPT, WORKER, new Origin.Scratch(), 1000, 3),
            new AttemptEvent.ProgressReported(
                    JOB,
                    ATTEMPT,
                    WORKER,
                    17,
                    new Progress(Phase.TRAINING, 2, 5, 301, 600, 0.25, METRICS, 410.5),
                    17_250),
            new AttemptEvent.CheckpointSaved(JOB, ATTEMPT, WORKER, CHECKPOINT),
            new AttemptEvent.AttemptSucceeded(JOB, ATTEMPT, WORKER, TRAINED, METRICS, Completion.ALL_EPOCHS, 58_999),
            new AttemptEvent.AttemptFailed(
                    JOB, ATTEMPT, WORKER, Fault.USER, "DATA_TOLERANCE_EXCEEDED", "60 of 1000 images are broken", 0),
            new AttemptEvent.AttemptStopped(JOB, ATTEMPT, WORKER, StopReason.CANCELLED, 31_000),
            new FleetEvent.WorkerBeat(
                    WORKER,
                    INCARNATION,
                    99,
                    "cpu",
                    1,
                    FleetEvent.Readiness.ACCEPTING,
                    List.of(new FleetEvent.Holding(JOB, ATTEMPT))),
            new FleetEvent.SchedulerPulsed(SCHEDULER, 4, 7, 1234, NOON),
            new JobEvent.JobQueued(
                    JOB,
                    1,
                    NOON,
                    TENANT,
                    MODEL,
                    VERSION,
                    "visual-classifier",
                    "classification_cifar10_v1",
                    1,
                    RATE,
                    new CostCap.Unlimited(),
                    ESTIMATE),
            new JobEvent.JobAssigned(JOB, 2, NOON, ATTEMPT, WORKER, RESUMED),
            new JobEvent.JobStarted(JOB, 3, NOON, ATTEMPT, RESUMED),
            new JobEvent.JobCheckpointed(JOB, 4, NOON, CHECKPOINT),
            new JobEvent.JobRequeued(
                    JOB,
                    5,
                    NOON,
                    ATTEMPT,
                    JobEvent.RequeueCause.LEASE_LAPSED,
                    "gpu-1 was silent for 8 s",
                    58_999,
                    NOON.plusSeconds(2)),
            new JobEvent.JobCancelling(JOB, 6, NOON, ATTEMPT, NOON.minusMillis(1)),
            new JobEvent.JobFinishing(JOB, 7, NOON, ATTEMPT, 58_999),
            new JobEvent.JobSucceeded(JOB, 8, NOON, ATTEMPT, TRAINED, METRICS, Completion.ALL_EPOCHS, 58_999),
            new JobEvent.JobFailed(
                    JOB, 8, NOON, ATTEMPT, Fault.PLATFORM, "ATTEMPTS_EXHAUSTED", "12 attempts were lost", 58_999),
            new JobEvent.JobCancelled(JOB, 8, NOON, ATTEMPT, NOON.minusMillis(1), 58_999),
            new ChargeEvent.ChargeUpdated(JOB, TENANT, 5, STATEMENT, NOON),
            new ChargeEvent.ChargePosted(JOB, TENANT, 6, STATEMENT, NOON),
            new ChargeEvent.ChargeDivided(
                    JOB,
                    TENANT,
                    6,
                    List.of(
                            new ChargeEvent.MonthPart(YearMonth.of(2026, 10), 100, 11),
                            new ChargeEvent.MonthPart(YearMonth.of(2026, 11), 20, 2)),
                    NOON));

    /** Each type that has something which may be absent, with all of it. */
    public static final List<Event> WHOLE = List.of(
            new JobEvent.JobQueued(
                    JOB,
                    1,
                    NOON,
                    TENANT,
                    MODEL,
                    VERSION,
                    "visual-classifier",
                    "classification_cifar10_v1",
                    1,
                    RATE,
                    new CostCap.Unlimited(),
                    ESTIMATE,
                    Optional.of(250)),
            new JobEvent.JobStarted(JOB, 3, NOON, ATTEMPT, RESUMED, 2),
            new AttemptEvent.ProgressReported(
                    JOB,
                    ATTEMPT,
                    WORKER,
                    18,
                    new Progress(Phase.EVALUATING, 5, 5, 600, 600, 0.25, Map.of(), 410.5, Optional.of(2_048L)),
                    31_250),
            new AssignmentEvent.AttemptAssigned(
                    JOB,
                    ATTEMPT,
                    WORKER,
                    INCARNATION,
                    TENANT,
                    SPEC,
                    RESUMED,
                    Optional.of(new Span(
                            "gpu-1:7400",
                            List.of(new Span.Partner(new WorkerId("gpu-2"), new IncarnationId("boot-3"), 1))))),
            new FleetEvent.WorkerBeat(
                    WORKER,
                    INCARNATION,
                    99,
                    "cpu",
                    1,
                    FleetEvent.Readiness.ACCEPTING,
                    List.of(),
                    Optional.of(new FleetEvent.GangDoor("gpu-1:7400", "rack-a", "")),
                    Optional.of(143)));

    public static Event of(EventType type) {
        return ALL.stream()
                .filter(type.recordClass()::isInstance)
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no sample of " + type));
    }
}
