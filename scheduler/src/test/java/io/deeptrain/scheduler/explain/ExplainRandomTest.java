package io.deeptrain.scheduler.explain;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AttemptEvent.AttemptFailed;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent.GangDoor;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin.Scratch;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.engine.Input;
import io.deeptrain.scheduler.engine.Input.Heard;
import io.deeptrain.scheduler.engine.Input.Tick;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import io.deeptrain.scheduler.explain.Change.Raise;
import io.deeptrain.scheduler.explain.Change.Workers;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.Jobs;
import io.deeptrain.scheduler.queue.Patience;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import io.deeptrain.scheduler.queue.Quota;
import io.deeptrain.scheduler.queue.Shape;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The change that an explanation names, made to a copy of the engine. Repeat with {@code -Dsimulation.seed=N}. */
class ExplainRandomTest {
    private static final int STEPS = 60;
    private static final List<Tenant> TENANTS =
            List.of(ACME, BOLT, new Tenant("acme", "trees"), new Tenant("cora", "reefs"));

    static LongStream seeds() {
        Long chosen = Long.getLong("simulation.seed");
        return chosen == null ? LongStream.rangeClosed(1, 300) : LongStream.of(chosen);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void the_named_change_starts_the_job_and_one_worker_fewer_does_not(long seed) {
        World world = new World(seed);
        for (int step = 0; step < STEPS; step++) {
            world.step();
        }
        EngineSnapshot snapshot = world.engine.snapshot();
        Explainer explainer = new Explainer(snapshot);
        for (JobId jobId : explainer.inOrder()) {
            Explanation explanation = explainer.explain(jobId).orElseThrow();
            String what = "seed %d: %s".formatted(seed, explanation);
            assertThat(explanation.reason().words()).as(what).isNotBlank();
            if (explanation.change().awaitsRoom()) {
                continue;
            }
            assertThat(explanation.change().isEnough()).as(what).isTrue();
            assertThat(startsAfter(snapshot, jobId, explanation.change()))
                    .as(what)
                    .isTrue();
            oneWorkerFewer(explanation.change())
                    .ifPresent(less -> assertThat(startsAfter(snapshot, jobId, less))
                            .as(what)
                            .isFalse());
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void a_copy_explains_and_goes_on_as_the_engine_itself(long seed) {
        World world = new World(seed);
        for (int step = 0; step < STEPS; step++) {
            world.step();
        }
        SchedulerEngine copy = SchedulerEngine.copyOf(world.engine.snapshot(), world.settings);
        assertThat(explanations(copy)).as("seed %d", seed).isEqualTo(explanations(world.engine));
        Input arrival = new Heard(beat("another", 4, World.CLASS, Readiness.ACCEPTING, List.of()), world.now);
        world.engine.apply(arrival);
        copy.apply(arrival);
        assertThat(states(copy)).as("seed %d", seed).isEqualTo(states(world.engine));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void a_proposed_job_starts_at_once_just_when_the_engine_would_start_it(long seed) {
        World world = new World(seed);
        for (int step = 0; step < STEPS; step++) {
            world.step();
        }
        EngineSnapshot snapshot = world.engine.snapshot();
        int gpus = 1 << world.random.nextInt(4);
        Optional<String> gpuClass = world.classes ? Optional.of(World.OTHER_CLASS) : Optional.empty();
        Proposal proposal = new Proposal(BOLT, gpus, gpuClass, 1000, Optional.empty(), Duration.ofMinutes(10));
        Prospect prospect = new WhatIf(Optional.of(proposal), List.of()).in(new Explainer(snapshot).asIs());
        SchedulerEngine copy = SchedulerEngine.copyOf(snapshot, neverMakingRoom(snapshot.settings()));
        copy.apply(new Heard(proposal.in(snapshot).request(), snapshot.now()));
        assertThat(prospect.waiting().isEmpty())
                .as("seed %d: %d GPUs: %s", seed, gpus, prospect)
                .isEqualTo(copy.job(Proposal.JOB).state() instanceof Leased);
    }

    @Test
    void every_reason_comes_up() {
        Set<String> codes = new HashSet<>();
        for (long seed = 1; seed <= 400; seed++) {
            World world = new World(seed);
            for (int step = 0; step < STEPS; step++) {
                world.step();
            }
            explanations(world.engine).forEach(each -> codes.add(each.reason().code()));
        }
        assertThat(codes)
                .containsExactlyInAnyOrder(
                        "making-room",
                        "backing-off",
                        "no-worker",
                        "never-fits",
                        "workers-draining",
                        "running-cap-reached",
                        "quota-reached",
                        "kept-for-overdue",
                        "kept-for-guarantees",
                        "all-gpus-busy",
                        "others-stand-higher");
    }

    private static List<Explanation> explanations(SchedulerEngine engine) {
        Explainer explainer = new Explainer(engine.snapshot());
        return explainer.inOrder().stream()
                .map(jobId -> explainer.explain(jobId).orElseThrow())
                .toList();
    }

    private static Map<JobId, JobState> states(SchedulerEngine engine) {
        Map<JobId, JobState> states = new TreeMap<>(Comparator.comparing(JobId::value));
        engine.snapshot().jobs().forEach(job -> states.put(job.jobId(), job.state()));
        return states;
    }

    /** Nobody makes room meanwhile: what is to be shown is that the change alone does it. */
    private static boolean startsAfter(EngineSnapshot snapshot, JobId jobId, Change change) {
        Tenant tenant = snapshot.jobs().stream()
                .filter(job -> job.jobId().equals(jobId))
                .findFirst()
                .orElseThrow()
                .tenant();
        QueueSettings queues = snapshot.settings().queues();
        for (Raise raise : change.raises()) {
            queues = raise.in(queues, tenant);
        }
        SchedulerEngine copy = SchedulerEngine.copyOf(snapshot, neverMakingRoom(snapshot.settings(), queues));
        Instant at = change.waitUntil().orElse(snapshot.now());
        copy.apply(new Tick(at, T0));
        int number = 0;
        for (Workers group : change.workers()) {
            for (int each = 0; each < group.count(); each++) {
                number++;
                String gpuClass =
                        group.kind().classes().names().stream().findFirst().orElse("of no job");
                copy.apply(new Heard(
                        beat("~joined-" + number, group.gpusEach(), gpuClass, Readiness.ACCEPTING, List.of()), at));
            }
        }
        return copy.job(jobId).state() instanceof Leased;
    }

    private static EngineSettings neverMakingRoom(EngineSettings settings) {
        return neverMakingRoom(settings, settings.queues());
    }

    private static EngineSettings neverMakingRoom(EngineSettings settings, QueueSettings queues) {
        return new EngineSettings(
                        settings.leaseTerm(),
                        settings.resendAfter(),
                        settings.retry(),
                        settings.stall(),
                        settings.endedKeptMax(),
                        queues,
                        Preemption.NEVER)
                .withSharedWorkers(settings.sharedWorkers());
    }

    private static Optional<Change> oneWorkerFewer(Change change) {
        if (change.workers().isEmpty()) {
            return Optional.empty();
        }
        List<Workers> fewer = new ArrayList<>(change.workers());
        Workers last = fewer.removeLast();
        if (last.count() > 1) {
            fewer.add(new Workers(last.count() - 1, last.gpusEach(), last.kind()));
        }
        return Optional.of(new Change(change.waitUntil(), false, change.raises(), fewer, true));
    }

    private static WorkerBeat beat(
            String name, int gpus, String gpuClass, Readiness readiness, List<Holding> holdings) {
        return new WorkerBeat(new WorkerId(name), new IncarnationId("one"), 1, gpuClass, gpus, readiness, holdings);
    }

    private static WorkerBeat withDoor(WorkerBeat beat) {
        return new WorkerBeat(
                beat.workerId(),
                beat.incarnation(),
                beat.number(),
                beat.gpuClass(),
                beat.gpus(),
                beat.readiness(),
                beat.holdings(),
                Optional.of(new GangDoor(beat.workerId() + ":7400", "", "")));
    }

    /** A fleet, tenants with limits, and jobs that start, end and are lost. */
    private static final class World {
        private static final String CLASS = "cpu";
        private static final String OTHER_CLASS = "gpu";

        private final Random random;
        /** Whether there are workers of two classes, and some jobs that do not run on both. */
        private final boolean classes;

        private final EngineSettings settings;
        private final SchedulerEngine engine;
        private final Map<Integer, Integer> gpusOf = new HashMap<>();
        /** Those that can share an attempt. */
        private final Set<Integer> joint = new HashSet<>();

        private final EnumMap<Readiness, Integer> heard = new EnumMap<>(Readiness.class);
        private Instant now = T0;
        private Instant heardUpTo = T0;
        private int submitted;

        World(long seed) {
            random = new Random(seed);
            classes = seed % 3 == 0;
            settings = settings();
            engine = new SchedulerEngine(settings);
            int workers = random.nextInt(5);
            for (int worker = 0; worker < workers; worker++) {
                gpusOf.put(worker, 1 << random.nextInt(4));
                if (seed % 2 == 0 && random.nextInt(4) > 0) {
                    joint.add(worker);
                }
                hear(honestBeat(worker, Readiness.ACCEPTING));
            }
        }

        private EngineSettings settings() {
            QueueSettings queues = QueueSettings.STANDARD;
            if (random.nextBoolean()) {
                queues = queues.withGroup("lab", new Member(Member.NO_GROUP, limits()))
                        .withUser("acme", new Member("lab", limits()))
                        .withTenant(BOLT, limits());
            }
            // Beside an overdue job of one class others start at the next tick, which nobody rehearses.
            boolean isImpatient = random.nextInt(4) == 0;
            if (isImpatient && !classes) {
                Patience standard = Patience.STANDARD;
                queues = queues.withPatience(new Patience(
                        Duration.ofMillis(1),
                        standard.rootBeyond(),
                        standard.workMax(),
                        Duration.ZERO,
                        Duration.ofMinutes(1)));
            }
            EngineSettings standard = EngineSettings.STANDARD;
            return new EngineSettings(
                            Duration.ofDays(1),
                            standard.resendAfter(),
                            standard.retry(),
                            standard.stall(),
                            standard.endedKeptMax(),
                            queues,
                            random.nextBoolean() ? Preemption.NEVER : Preemption.STANDARD)
                    .withSharedWorkers(random.nextBoolean());
        }

        private QueueLimits limits() {
            QueueLimits limits = QueueLimits.STANDARD.withWeight(1 + random.nextInt(3));
            if (random.nextBoolean()) {
                limits = limits.withRunningMax(1 + random.nextInt(3));
            }
            return random.nextBoolean()
                    ? limits.withQuota(
                            Shape.ANY_CLASS, new Quota(random.nextInt(4), random.nextInt(4), random.nextInt(4)))
                    : limits;
        }

        void step() {
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> submit();
                case 4, 5 -> hearAttempt();
                case 6 -> pass(Duration.ofSeconds(random.nextInt(40)));
                case 7 -> pass(Duration.ofMinutes(random.nextInt(4)));
                default -> {
                    if (!gpusOf.isEmpty()) {
                        hear(honestBeat(
                                random.nextInt(gpusOf.size()),
                                random.nextInt(6) == 0 ? Readiness.DRAINING : Readiness.ACCEPTING));
                    }
                }
            }
        }

        private void submit() {
            submitted++;
            TrainingRequested request =
                    request(submitted, TENANTS.get(random.nextInt(TENANTS.size())), 1 << random.nextInt(4), UNCAPPED);
            hear(classes && random.nextInt(3) > 0 ? Jobs.onClass(classOf(random.nextInt(2)), request) : request);
        }

        private String classOf(int worker) {
            return classes && worker % 2 == 0 ? OTHER_CLASS : CLASS;
        }

        private void pass(Duration time) {
            now = now.plus(time);
            heardUpTo = heardUpTo.plus(Duration.ofMillis(1));
            engine.apply(new Tick(now, heardUpTo));
        }

        private WorkerBeat honestBeat(int worker, Readiness readiness) {
            heard.merge(readiness, 1, Integer::sum);
            String name = "worker-" + worker;
            List<Holding> holdings = engine.jobs().stream()
                    .filter(job -> job.state() instanceof Leased leased
                            && leased.lease().members().stream()
                                    .anyMatch(
                                            member -> member.workerId().value().equals(name)))
                    .sorted(Comparator.comparingLong(JobRecord::arrival))
                    .map(job -> new Holding(job.jobId(), job.state().token()))
                    .toList();
            WorkerBeat beat = beat(name, gpusOf.getOrDefault(worker, 1), classOf(worker), readiness, holdings);
            return joint.contains(worker) ? withDoor(beat) : beat;
        }

        private void hearAttempt() {
            JobId jobId = job(1 + random.nextInt(submitted + 1));
            if (engine.find(jobId).map(JobRecord::state).orElse(JobState.queuedAt(now)) instanceof Leased leased) {
                WorkerId worker = leased.lease().holder();
                hear(
                        switch (random.nextInt(4)) {
                            case 0, 1 -> new AttemptStarted(jobId, leased.token(), worker, new Scratch(), 100, 0);
                            case 2 ->
                                new AttemptSucceeded(
                                        jobId,
                                        leased.token(),
                                        worker,
                                        Jobs.SUCCESS.model(),
                                        Jobs.SUCCESS.metrics(),
                                        Jobs.SUCCESS.completion(),
                                        1000);
                            default ->
                                new AttemptFailed(
                                        jobId,
                                        leased.token(),
                                        worker,
                                        Jobs.PLATFORM_FAULT.fault(),
                                        Jobs.PLATFORM_FAULT.code(),
                                        Jobs.PLATFORM_FAULT.message(),
                                        1000);
                        });
            }
        }

        private void hear(Event event) {
            engine.apply(new Heard(event, now));
        }
    }
}
