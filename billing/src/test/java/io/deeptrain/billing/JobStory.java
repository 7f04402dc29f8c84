package io.deeptrain.billing;

import io.deeptrain.billing.meter.JobUsage;
import io.deeptrain.billing.meter.Meter;
import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Completion;
import io.deeptrain.event.CostCap;
import io.deeptrain.event.Event;
import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobCancelling;
import io.deeptrain.event.JobEvent.JobCheckpointed;
import io.deeptrain.event.JobEvent.JobFailed;
import io.deeptrain.event.JobEvent.JobFinishing;
import io.deeptrain.event.JobEvent.JobQueued;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobStarted;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ModelId;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Phase;
import io.deeptrain.event.Progress;
import io.deeptrain.event.Rate;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells the life of one job in words and writes the events of it: first the history, which a clock of the server
 * stamps, then what the workers say. A story begins at midnight of 10 March 2026.
 */
public final class JobStory {
    public static final Instant BEGINNING = Instant.parse("2026-03-10T00:00:00Z");

    private static final Rate FOUR_DOLLARS = new Rate(400, "USD");
    private static final long STEPS = 1_000_000;

    private final JobId jobId;
    private final List<JobEvent> history = new ArrayList<>();
    private final List<AttemptEvent> saidByWorkers = new ArrayList<>();
    private Tenant tenant = new Tenant("ada", "birds");
    private Rate rate = FOUR_DOLLARS;
    private CostCap cap = new CostCap.Unlimited();
    private int gpus = 1;
    private Instant now = BEGINNING;
    private Optional<Integer> gpuMilli = Optional.empty();
    private FencingToken attempt = FencingToken.NONE;
    private int checkpoints;
    private long reports;

    private JobStory(String jobId) {
        this.jobId = new JobId(jobId);
    }

    public static JobStory aJob() {
        return aJob("job-1");
    }

    public static JobStory aJob(String jobId) {
        return new JobStory(jobId);
    }

    /** A job whose first attempt's meter starts right now. */
    public static JobStory aStartedJob() {
        return aJob().queued().assigned().started();
    }

    public JobStory of(Tenant owner) {
        this.tenant = owner;
        return this;
    }

    public JobStory at(long centsPerGpuHour) {
        this.rate = new Rate(centsPerGpuHour, "USD");
        return this;
    }

    public JobStory on(int gpuCount) {
        this.gpus = gpuCount;
        return this;
    }

    /** Of one GPU, so many thousandths. */
    public JobStory onSlice(int thousandths) {
        this.gpuMilli = Optional.of(thousandths);
        return this;
    }

    public JobStory cappedAt(long cents) {
        this.cap = new CostCap.AtMost(cents);
        return this;
    }

    public JobStory beginningAt(String instant) {
        this.now = Instant.parse(instant);
        return this;
    }

    public JobStory after(String duration) {
        this.now = now.plus(Duration.parse(duration));
        return this;
    }

    public JobStory queued() {
        return add(new JobQueued(
                jobId,
                next(),
                now,
                tenant,
                new ModelId("birds"),
                new ModelVersionId("v1"),
                "visual-classifier",
                "classification_cifar10_v1",
                gpus,
                rate,
                cap,
                Duration.ofHours(1),
                gpuMilli));
    }

    public JobStory assigned() {
        attempt = attempt.next();
        checkpoints = 0;
        reports = 0;
        return add(new JobAssigned(jobId, next(), now, attempt, worker(), new Origin.Scratch()));
    }

    public JobStory started() {
        return started(new Origin.Scratch());
    }

    /** On so many of the GPUs that it asked for. */
    public JobStory startedFrom(Checkpoint checkpoint, int gpusHeld) {
        return add(new JobStarted(jobId, next(), now, attempt, new Origin.Resumed(checkpoint), gpusHeld));
    }

    public JobStory startedFrom(Checkpoint checkpoint) {
        return started(new Origin.Resumed(checkpoint));
    }

    private JobStory started(Origin origin) {
        return add(new JobStarted(jobId, next(), now, attempt, origin));
    }

    public JobStory shows(long step, long readingMillis) {
        return shows(attempt.value(), step, readingMillis);
    }

    public JobStory shows(long token, long step, long readingMillis) {
        return shows(token, progress(step, Optional.empty()), readingMillis);
    }

    /** After so many looks at images, too. */
    public JobStory showsLooks(long step, long looks, long readingMillis) {
        return shows(attempt.value(), progress(step, Optional.of(looks)), readingMillis);
    }

    private JobStory shows(long token, Progress progress, long readingMillis) {
        reports++;
        saidByWorkers.add(
                new ProgressReported(jobId, new FencingToken(token), worker(), reports, progress, readingMillis));
        return this;
    }

    public JobStory workerSaysItSucceeded(long token, long readingMillis) {
        saidByWorkers.add(new AttemptSucceeded(
                jobId, new FencingToken(token), worker(), object(), Map.of(), Completion.ALL_EPOCHS, readingMillis));
        return this;
    }

    public JobStory checkpointed(long readingMillis) {
        checkpoints++;
        return add(new JobCheckpointed(jobId, next(), now, checkpoint(readingMillis)));
    }

    /** The newest checkpoint of the current attempt, saved at that reading. */
    public Checkpoint checkpoint(long readingMillis) {
        return new Checkpoint(attempt, Math.max(1, checkpoints), 1, 1, readingMillis, object());
    }

    public JobStory lost(long readingMillis) {
        return lost(RequeueCause.LEASE_LAPSED, readingMillis);
    }

    public JobStory lost(RequeueCause cause, long readingMillis) {
        return add(new JobRequeued(jobId, next(), now, attempt, cause, "told by a story", readingMillis, now));
    }

    public JobStory cancelling() {
        return add(new JobCancelling(jobId, next(), now, attempt, now));
    }

    public JobStory cancelled(Instant cancelledAt, long readingMillis) {
        return add(new JobCancelled(jobId, next(), now, attempt, cancelledAt, readingMillis));
    }

    public JobStory finishing(long readingMillis) {
        return add(new JobFinishing(jobId, next(), now, attempt, readingMillis));
    }

    public JobStory succeeded(long readingMillis) {
        return succeeded(readingMillis, Completion.ALL_EPOCHS);
    }

    public JobStory succeeded(long readingMillis, Completion completion) {
        return finishing(readingMillis)
                .add(new JobSucceeded(jobId, next(), now, attempt, object(), Map.of(), completion, readingMillis));
    }

    public JobStory failed(Fault fault, String code, long readingMillis) {
        return finishing(readingMillis)
                .add(new JobFailed(jobId, next(), now, attempt, fault, code, "told by a story", readingMillis));
    }

    public JobStory add(JobEvent event) {
        history.add(event);
        return this;
    }

    public Instant now() {
        return now;
    }

    public FencingToken attempt() {
        return attempt;
    }

    public JobId jobId() {
        return jobId;
    }

    public List<JobEvent> history() {
        return List.copyOf(history);
    }

    public List<AttemptEvent> saidByWorkers() {
        return List.copyOf(saidByWorkers);
    }

    /** The history, with what the workers said right before its end. */
    public List<Event> events() {
        List<Event> events = new ArrayList<>(history);
        events.addAll(Math.max(1, events.size() - 1), saidByWorkers);
        return events;
    }

    public JobUsage usage() {
        return usage(events());
    }

    /** Folds events of one job, the first of which is its {@code JobQueued}. */
    public static JobUsage usage(List<? extends Event> events) {
        JobUsage usage = Meter.begin((JobQueued) events.getFirst());
        for (Event event : events) {
            usage = switch (event) {
                case JobEvent entry -> Meter.evolve(usage, entry);
                case AttemptEvent said -> Meter.evolve(usage, said);
                default -> throw new IllegalArgumentException("not an event that billing reads: " + event);
            };
        }
        return usage;
    }

    private long next() {
        return history.size() + 1L;
    }

    private WorkerId worker() {
        return new WorkerId("gpu-" + attempt.value());
    }

    private static StoredObject object() {
        return new StoredObject("told/by/a/story", "0".repeat(64), 1);
    }

    private static Progress progress(long step, Optional<Long> looks) {
        return new Progress(Phase.TRAINING, 0, 1, step, STEPS, 0.5, Map.of(), 100, looks);
    }
}
