package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.checkpoint;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.CostCap.AtMost;
import io.deeptrain.event.Event;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.GangDoor;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.Terminal;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin.Scratch;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.RequestEvent.TrainingStopRequested;
import io.deeptrain.event.Span.Partner;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.engine.Input.Heard;
import io.deeptrain.scheduler.engine.Input.Tick;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.Jobs;
import io.deeptrain.scheduler.job.StallPolicy;
import io.deeptrain.scheduler.placement.Demand;
import io.deeptrain.scheduler.placement.QuarantineRule;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random happenings. A failure is repeated with {@code -Dsimulation.seed=N}. */
class EngineRandomTest {
    private static final int STEPS = 400;
    private static final int WORKERS = 4;
    private static final int GPUS = 4;

    /** Nothing that a restored engine measures from anew can happen within the test, but a lapsing lease. */
    private static final EngineSettings PATIENT = new EngineSettings(
            EngineSettings.STANDARD.leaseTerm(),
            Duration.ofDays(1),
            EngineSettings.STANDARD.retry(),
            new StallPolicy(Duration.ofDays(1), 10, Duration.ofDays(1), Duration.ofDays(1)),
            100_000,
            QueueSettings.STANDARD.withUser(
                    BOLT.userId(), new Member(Member.NO_GROUP, QueueLimits.STANDARD.withWeight(2))),
            Preemption.NEVER,
            new QuarantineRule(1_000, Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1)),
            Duration.ofDays(1),
            EngineSettings.FOR_EVER,
            true);

    static LongStream seeds() {
        Long chosen = Long.getLong("simulation.seed");
        return chosen == null ? LongStream.rangeClosed(1, 150) : LongStream.of(chosen);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatever_happens_the_history_is_sound_and_no_gpu_is_promised_twice(long seed) {
        World world = new World(seed, EngineSettings.STANDARD);
        for (int step = 0; step < STEPS; step++) {
            world.step();
            world.checkInvariants();
        }
        assertThat(world.histories).as("seed %d", seed).isNotEmpty();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatever_happens_a_worker_that_is_not_shared_has_one_lease_at_most(long seed) {
        World world = new World(seed, EngineSettings.STANDARD.withSharedWorkers(false));
        for (int step = 0; step < STEPS; step++) {
            world.step();
            world.checkInvariants();
            assertThat(world.leases()).allMatch(count -> count == 1);
        }
        assertThat(world.histories).as("seed %d", seed).isNotEmpty();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void the_same_inputs_give_the_same_decisions(long seed) {
        World world = new World(seed, EngineSettings.STANDARD);
        for (int step = 0; step < STEPS; step++) {
            world.step();
        }
        SchedulerEngine again = new SchedulerEngine(EngineSettings.STANDARD);
        assertThat(world.inputs.stream().map(again::apply)).as("seed %d", seed).isEqualTo(world.decisions);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void an_engine_that_was_restored_decides_as_the_one_that_went_on(long seed) {
        World world = new World(seed, PATIENT);
        for (int step = 0; step < STEPS; step++) {
            world.step();
        }
        // What a beat frees may start a job on this worker and another, which the restored engine has yet to hear of.
        for (int worker = 0; worker < WORKERS; worker++) {
            world.hear(world.honestBeat(worker));
        }
        SchedulerEngine restored = SchedulerEngine.restore(
                world.engine.jobs(), world.engine.snapshot().controls(), PATIENT, world.now);
        restored.apply(world.tick(Duration.ZERO));
        // Both hear once from every worker, so that both know the fleet and every lease is fresh.
        for (int worker = 0; worker < WORKERS; worker++) {
            Input beat = new Heard(world.honestBeat(worker), world.now);
            world.apply(beat);
            restored.apply(beat);
        }
        assertThat(sorted(restored)).as("seed %d", seed).isEqualTo(sorted(world.engine));

        int from = world.inputs.size();
        for (int step = 0; step < STEPS; step++) {
            world.step();
        }
        for (int input = from; input < world.inputs.size(); input++) {
            assertThat(restored.apply(world.inputs.get(input)))
                    .as("seed %d, input %d: %s", seed, input, world.inputs.get(input))
                    .isEqualTo(world.decisions.get(input));
        }
    }

    private static List<JobRecord> sorted(SchedulerEngine engine) {
        return engine.jobs().stream()
                .sorted(Comparator.comparingLong(JobRecord::arrival))
                .toList();
    }

    private static final class World {
        private final Random random;
        private final SchedulerEngine engine;
        private final List<Input> inputs = new ArrayList<>();
        private final List<Decisions> decisions = new ArrayList<>();
        private final Map<JobId, List<JobEvent>> histories = new HashMap<>();
        private final int[] incarnations = new int[WORKERS];
        /** Whether the workers can share attempts, some of which are larger than any of them. */
        private final boolean joint;

        /** Whether there are workers of two classes, and some jobs that do not run on both. */
        private final boolean classes;

        private final Set<JobId> ended = new HashSet<>();
        private Instant now = T0;
        private Instant heardUpTo = T0;
        private int submitted;
        private long count;

        World(long seed, EngineSettings settings) {
            random = new Random(seed);
            joint = seed % 2 == 0;
            classes = seed % 3 == 0;
            engine = new SchedulerEngine(settings);
            apply(tick(Duration.ZERO));
        }

        void step() {
            switch (random.nextInt(13)) {
                case 0, 1 -> submit();
                case 2 -> hear(new TrainingCancelled(anyJob(), now));
                case 3 -> hear(new JobSealed(anyJob(), now));
                case 4 -> hear(honestBeat(random.nextInt(WORKERS)));
                case 5 -> hear(forgetful(honestBeat(random.nextInt(WORKERS))));
                case 6 -> apply(tick(Duration.ofMillis(random.nextInt(3000))));
                case 7 -> restartSometimes(random.nextInt(WORKERS));
                case 8 -> hear(new TrainingStopRequested(anyJob(), now));
                default -> hearAttempt();
            }
        }

        Tick tick(Duration passed) {
            now = now.plus(passed);
            heardUpTo = heardUpTo.plus(passed);
            return new Tick(now, heardUpTo);
        }

        /** A beat that lists exactly what is leased to the worker. */
        WorkerBeat honestBeat(int worker) {
            WorkerId id = workerId(worker);
            IncarnationId incarnation = new IncarnationId("start-" + incarnations[worker]);
            List<Holding> holdings = engine.jobs().stream()
                    .filter(job -> job.state() instanceof Leased leased
                            && leased.lease().members().stream()
                                    .anyMatch(member -> member.workerId().equals(id)
                                            && member.incarnation().equals(incarnation)))
                    .sorted(Comparator.comparingLong(JobRecord::arrival))
                    .map(job -> new Holding(job.jobId(), job.state().token()))
                    .toList();
            return new WorkerBeat(
                    id,
                    incarnation,
                    ++count,
                    classOf(worker),
                    GPUS,
                    Readiness.ACCEPTING,
                    holdings,
                    joint ? Optional.of(new GangDoor(id + ":7400", "", "")) : Optional.empty());
        }

        /** One that has lost the ranks which it runs for others. */
        private WorkerBeat forgetful(WorkerBeat beat) {
            return new WorkerBeat(
                    beat.workerId(),
                    beat.incarnation(),
                    beat.number(),
                    beat.gpuClass(),
                    beat.gpus(),
                    beat.readiness(),
                    beat.holdings().stream()
                            .filter(holding -> !(engine.job(holding.jobId()).state() instanceof Leased leased
                                    && leased.lease().partners().stream()
                                            .anyMatch(part -> part.workerId().equals(beat.workerId()))))
                            .toList(),
                    beat.door());
        }

        private void submit() {
            submitted++;
            Tenant tenant = random.nextBoolean() ? ACME : BOLT;
            TrainingRequested request = random.nextInt(3) == 0
                    ? Jobs.elastic(submitted, tenant, 1, 1 + random.nextInt(GPUS))
                    : request(
                            submitted,
                            tenant,
                            1 + random.nextInt(joint ? 2 * GPUS : 2),
                            random.nextInt(4) == 0 ? new AtMost(1) : UNCAPPED);
            hear(classes && random.nextInt(3) > 0 ? Jobs.onClass(classOf(random.nextInt(WORKERS)), request) : request);
        }

        private String classOf(WorkerId workerId) {
            return classOf(IntStream.range(0, WORKERS)
                    .filter(worker -> workerId(worker).equals(workerId))
                    .findFirst()
                    .orElseThrow());
        }

        private String classOf(int worker) {
            return classes && worker % 2 == 0 ? "gpu" : "cpu";
        }

        private void restartSometimes(int worker) {
            if (random.nextInt(4) == 0) {
                incarnations[worker]++;
                hear(honestBeat(worker));
            }
        }

        private void hearAttempt() {
            JobId job = anyJob();
            JobState state = engine.find(job).map(JobRecord::state).orElse(JobState.queuedAt(now));
            boolean isStale = random.nextInt(10) == 0;
            FencingToken token = isStale ? new FencingToken(random.nextInt(3)) : state.token();
            WorkerId worker = state instanceof Leased leased && !isStale
                    ? leased.lease().holder()
                    : workerId(random.nextInt(WORKERS));
            long reading = random.nextInt(60_000);
            long step = random.nextInt(1000);
            hear(
                    switch (random.nextInt(10)) {
                        case 0, 1, 2, 3 -> new AttemptStarted(job, token, worker, new Scratch(), 100, 0);
                        case 4, 5 -> new ProgressReported(job, token, worker, step + 1, Jobs.atStep(step), reading);
                        case 6 ->
                            new CheckpointSaved(
                                    job, token, worker, checkpoint(token, 1 + random.nextInt(5), step, reading));
                        case 7 ->
                            new AttemptSucceeded(
                                    job,
                                    token,
                                    worker,
                                    Jobs.SUCCESS.model(),
                                    Jobs.SUCCESS.metrics(),
                                    Jobs.SUCCESS.completion(),
                                    reading);
                        case 8 -> failure(job, token, worker, reading);
                        default -> new AttemptStopped(job, token, worker, anyReason(), reading);
                    });
        }

        private Event failure(JobId job, FencingToken token, WorkerId worker, long reading) {
            Failed outcome = random.nextInt(3) == 0 ? Jobs.USER_FAULT : Jobs.PLATFORM_FAULT;
            return new AttemptFailed(job, token, worker, outcome.fault(), outcome.code(), outcome.message(), reading);
        }

        private StopReason anyReason() {
            List<StopReason> reasons = List.of(StopReason.values());
            return reasons.get(random.nextInt(reasons.size()));
        }

        private JobId anyJob() {
            return job(1 + random.nextInt(submitted + 1));
        }

        private static WorkerId workerId(int worker) {
            return new WorkerId("worker-" + worker);
        }

        private void hear(Event event) {
            apply(new Heard(event, now));
        }

        private void apply(Input input) {
            Decisions followed = engine.apply(input);
            inputs.add(input);
            decisions.add(followed);
            for (JobEvent entry : followed.history()) {
                List<JobEvent> history = histories.computeIfAbsent(entry.jobId(), _ -> new ArrayList<>());
                history.add(entry);
                assertThat(entry.sequence()).as("no gap: %s", history).isEqualTo(history.size());
                assertThat(ended).as("nothing follows the end: %s", history).doesNotContain(entry.jobId());
                if (entry instanceof Terminal) {
                    ended.add(entry.jobId());
                }
            }
        }

        /** How many each worker has that has any. */
        private Collection<Integer> leases() {
            Map<WorkerId, Integer> counts = new HashMap<>();
            for (JobRecord job : engine.jobs()) {
                if (job.state() instanceof Leased leased) {
                    leased.lease().members().forEach(member -> counts.merge(member.workerId(), 1, Integer::sum));
                }
            }
            return counts.values();
        }

        private void checkInvariants() {
            Map<WorkerId, Integer> promised = new HashMap<>();
            for (JobRecord job : engine.jobs()) {
                assertThat(histories.getOrDefault(job.jobId(), List.of())).hasSize((int) job.sequence());
                if (job.state() instanceof Leased leased) {
                    for (Partner member : leased.lease().members()) {
                        promised.merge(member.workerId(), member.gpus(), Integer::sum);
                        assertThat(job.kind().accepts(classOf(member.workerId()), Demand.WHOLE))
                                .as("%s on %s", job.kind(), member)
                                .isTrue();
                    }
                    assertThat(leased.lease().gpus()).isBetween(job.gpus(), job.gpusMost());
                }
            }
            assertThat(promised.values()).allMatch(gpus -> gpus <= GPUS);
        }
    }
}
