package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.job.Jobs.ONE;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Event;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.GangDoor;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Origin.Scratch;
import io.deeptrain.event.Progress;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Answer;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.engine.Input.Heard;
import io.deeptrain.scheduler.engine.Input.Ordered;
import io.deeptrain.scheduler.engine.Input.Tick;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.JobDecision;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.Jobs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An engine, its clock, and short words for what it can hear. */
public final class EngineScenario {
    public static final Duration TERM = EngineSettings.STANDARD.leaseTerm();
    public static final Duration RESEND = EngineSettings.STANDARD.resendAfter();

    private final EngineSettings settings;
    private SchedulerEngine engine;
    private Instant now = T0;
    private Instant heardUpTo = T0;
    private long beats;
    private final Map<WorkerId, Integer> gpus = new HashMap<>();
    private Decisions last;

    public EngineScenario() {
        this(EngineSettings.STANDARD);
    }

    public EngineScenario(EngineSettings settings) {
        this.settings = settings;
        engine = new SchedulerEngine(settings);
        last = engine.apply(new Tick(now, heardUpTo));
    }

    public SchedulerEngine engine() {
        return engine;
    }

    public Instant now() {
        return now;
    }

    /** What followed from the newest input. */
    public Decisions last() {
        return last;
    }

    public Decisions hear(Event event) {
        last = engine.apply(new Heard(event, now));
        return last;
    }

    /** An operator wants something. */
    public Answer order(Order order) {
        last = engine.apply(new Ordered(order, now));
        return last.answer().orElseThrow();
    }

    /** Time passes, and the scheduler hears itself all the while. */
    public Decisions pass(Duration time) {
        List<Decisions> parts = new ArrayList<>();
        Duration left = time;
        while (left.isPositive()) {
            Duration step = left.compareTo(Duration.ofSeconds(1)) < 0 ? left : Duration.ofSeconds(1);
            now = now.plus(step);
            heardUpTo = heardUpTo.plus(step);
            parts.add(engine.apply(new Tick(now, heardUpTo)));
            left = left.minus(step);
        }
        last = together(parts);
        return last;
    }

    /** Time passes, and nothing comes back through Kafka. */
    public Decisions passUnheard(Duration time) {
        now = now.plus(time);
        last = engine.apply(new Tick(now, heardUpTo));
        return last;
    }

    /** Pulses come back that were sent up to now. */
    public Decisions catchUp() {
        heardUpTo = now;
        last = engine.apply(new Tick(now, heardUpTo));
        return last;
    }

    /** The process is gone, and another one takes up what is stored. */
    public void restart() {
        engine = SchedulerEngine.restore(engine.jobs(), engine.snapshot().controls(), settings);
        heardUpTo = now;
        last = engine.apply(new Tick(now, heardUpTo));
    }

    public Decisions beat(WorkerId worker, int gpus, Holding... holdings) {
        return beat(worker, ONE, gpus, Readiness.ACCEPTING, holdings);
    }

    public Decisions beat(
            WorkerId worker, IncarnationId incarnation, int gpus, Readiness readiness, Holding... holdings) {
        beats++;
        this.gpus.put(worker, gpus);
        return hear(new WorkerBeat(worker, incarnation, beats, "cpu", gpus, readiness, List.of(holdings)));
    }

    /** The same of a worker that can share an attempt with others. */
    public Decisions beatJoint(WorkerId worker, int gpus, Holding... holdings) {
        return beatJoint(worker, ONE, gpus, Readiness.ACCEPTING, "", holdings);
    }

    public Decisions beatJoint(
            WorkerId worker,
            IncarnationId incarnation,
            int gpus,
            Readiness readiness,
            String rack,
            Holding... holdings) {
        beats++;
        this.gpus.put(worker, gpus);
        GangDoor door = new GangDoor(worker + ":7400", rack, "");
        return hear(new WorkerBeat(
                worker, incarnation, beats, "cpu", gpus, readiness, List.of(holdings), Optional.of(door)));
    }

    /** The worker is heard with all that it was leased. */
    public Decisions beatAll(WorkerId worker, int gpus) {
        List<Holding> holdings = new ArrayList<>();
        for (JobRecord job : engine.jobs()) {
            if (job.state() instanceof Leased leased && leased.lease().holder().equals(worker)) {
                holdings.add(leased.lease().holdingOf(job.jobId()));
            }
        }
        return beat(worker, gpus, holdings.toArray(Holding[]::new));
    }

    /** As it was last heard. */
    public int gpusOf(WorkerId worker) {
        return gpus.getOrDefault(worker, 0);
    }

    public Decisions start(int job, FencingToken attempt, WorkerId worker) {
        return start(job, attempt, worker, new Scratch());
    }

    public Decisions start(int job, FencingToken attempt, WorkerId worker, Origin origin) {
        return hear(new AttemptStarted(Jobs.job(job), attempt, worker, origin, 100, 0));
    }

    public Decisions report(int job, FencingToken attempt, WorkerId worker, long step, long readingMillis) {
        return report(job, attempt, worker, Jobs.atStep(step), readingMillis);
    }

    public Decisions report(int job, FencingToken attempt, WorkerId worker, Progress progress, long readingMillis) {
        return hear(new ProgressReported(Jobs.job(job), attempt, worker, progress.step() + 1, progress, readingMillis));
    }

    public Decisions save(int job, FencingToken attempt, WorkerId worker, int number, long step, long readingMillis) {
        return hear(
                new CheckpointSaved(Jobs.job(job), attempt, worker, checkpoint(attempt, number, step, readingMillis)));
    }

    public Decisions succeed(int job, FencingToken attempt, WorkerId worker, long readingMillis) {
        return hear(new AttemptSucceeded(
                Jobs.job(job),
                attempt,
                worker,
                Jobs.SUCCESS.model(),
                Jobs.SUCCESS.metrics(),
                Jobs.SUCCESS.completion(),
                readingMillis));
    }

    public Decisions fail(int job, FencingToken attempt, WorkerId worker, Failed outcome, long readingMillis) {
        return hear(new AttemptFailed(
                Jobs.job(job), attempt, worker, outcome.fault(), outcome.code(), outcome.message(), readingMillis));
    }

    public Decisions stopped(int job, FencingToken attempt, WorkerId worker, StopReason reason, long readingMillis) {
        return hear(new AttemptStopped(Jobs.job(job), attempt, worker, reason, readingMillis));
    }

    public JobState state(int job) {
        return engine.job(Jobs.job(job)).state();
    }

    public static Holding holding(int job, FencingToken attempt) {
        return new Holding(Jobs.job(job), attempt);
    }

    public static AttemptAssigned assigned(int job, FencingToken attempt, WorkerId worker, IncarnationId incarnation) {
        return assigned(job, attempt, worker, incarnation, new Scratch());
    }

    public static AttemptAssigned assigned(
            int job, FencingToken attempt, WorkerId worker, IncarnationId incarnation, Origin origin) {
        var request = Jobs.request(job);
        return new AttemptAssigned(
                request.jobId(), attempt, worker, incarnation, request.tenant(), request.spec(), origin);
    }

    public static AttemptStopRequested stop(int job, FencingToken attempt, WorkerId worker, StopReason reason) {
        return new AttemptStopRequested(Jobs.job(job), attempt, worker, ONE, reason);
    }

    /** The first attempt at the first job runs on Alice. */
    void running() {
        beat(Jobs.ALICE, 1);
        hear(Jobs.request(1));
        start(1, Jobs.FIRST, Jobs.ALICE);
    }

    static void assertNothing(Decisions decisions) {
        assertThat(decisions).isEqualTo(new Decisions(List.of(), List.of(), Set.of()));
    }

    private static Decisions together(List<Decisions> parts) {
        List<AssignmentEvent> assignments = new ArrayList<>();
        List<JobEvent> history = new ArrayList<>();
        List<JobDecision> remarks = new ArrayList<>();
        Set<JobId> changed = new LinkedHashSet<>();
        for (Decisions part : parts) {
            remarks.addAll(part.remarks());
            assignments.addAll(part.assignments());
            history.addAll(part.history());
            changed.addAll(part.changedJobs());
        }
        return new Decisions(history, remarks, assignments, changed, Optional.empty(), Optional.empty());
    }
}
