package io.deeptrain.simulation;

import io.deeptrain.event.JobId;
import io.deeptrain.event.SchedulerId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.job.RetryPolicy;
import io.deeptrain.scheduler.job.StallPolicy;
import io.deeptrain.scheduler.placement.QuarantineRule;
import io.deeptrain.scheduler.queue.Patience;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One run: the platform, its tenants and what goes wrong, all drawn from one seed. First there are mishaps, then
 * everything heals, then all that was asked for must come to its end.
 */
final class World {
    /** Production's, but for pauses that are shorter, so that a run is. */
    static final EngineSettings ENGINE_SETTINGS = new EngineSettings(
            EngineSettings.STANDARD.leaseTerm(),
            EngineSettings.STANDARD.resendAfter(),
            new RetryPolicy(4, Duration.ofMillis(500), Duration.ofSeconds(5)),
            new StallPolicy(Duration.ofSeconds(12), 10, Duration.ofSeconds(15), Duration.ofSeconds(21)),
            EngineSettings.STANDARD.endedKeptMax(),
            QueueSettings.STANDARD.withTenant(Tenants.IN_A_HURRY, QueueLimits.STANDARD.withPriority(Priority.HIGH)),
            new Preemption(1, Duration.ofSeconds(1), 2, Duration.ZERO),
            new QuarantineRule(
                    2, Duration.ofSeconds(10), Duration.ofSeconds(6), Duration.ofSeconds(12), Duration.ofSeconds(4)),
            Duration.ofMinutes(30),
            EngineSettings.FOR_EVER,
            false);

    static final long HEALED_AT_MILLIS = 30_000;

    private static final int ABSENCE_MIN_MILLIS = 100;
    private static final int ABSENCE_SHORT_MAX_MILLIS = 6_000;
    private static final int ABSENCE_LONG_MAX_MILLIS = 20_000;

    /** By then the last pause and the last absence that began before the healing are over too. */
    static final long CALM_AT_MILLIS = HEALED_AT_MILLIS + ABSENCE_LONG_MAX_MILLIS + 1_000;

    private static final int MISHAP_MIN_MILLIS = 150;
    private static final int MISHAP_MAX_MILLIS = 600;
    private static final int WORKERS_MAX = 4;
    private static final int PARTITIONS_MAX = 3;
    private static final int WALL_CLOCK_STEP_MAX_MILLIS = 5_000;
    private static final long STEPS_MAX = 2_000_000;

    /** What decides about gangs is drawn apart, so that the other runs are what they were. */
    private static final long GANG_CHANCE = 0x6761_6e67L;

    private static final long KIND_CHANCE = 0x6b69_6e64L;

    /** And so is what decides about elastic jobs. */
    private static final long ELASTIC_CHANCE = 0x656c_6173L;

    /** And what decides about a worker that breaks whatever it runs. */
    private static final long BREAKER_CHANCE = 0x6272_6b72L;

    /** And what operators order, and whether there are any. */
    private static final long OPERATOR_CHANCE = 0x6f70_6572L;

    /** And what decides about GPUs of a worker with several that break. */
    private static final long DEFECT_CHANCE = 0x6465_6665L;

    private static final int DEFECT_MIN_MILLIS = 500;
    private static final int DEFECT_MAX_MILLIS = 4_000;
    private static final int RESET_MAX_MILLIS = 12_000;

    private static final int GPUS_MAX = 3;

    /** Where nobody is patient, whoever has waited for so long goes first. */
    static final Patience IMPATIENT =
            new Patience(Duration.ZERO, Duration.ofHours(80), Duration.ZERO, Duration.ZERO, Duration.ofSeconds(3));

    private static final Duration ESTIMATE = Duration.ofSeconds(10);

    private final Agenda agenda = new Agenda();
    private final Chance chance;
    private final Set<PlantedBug> planted;
    private final Trace trace;
    private final SimulatedLog log;
    private final ObjectShelf shelf = new ObjectShelf();
    private final Truth truth = new Truth(agenda);
    private final GangBook gangs = new GangBook();
    private final SplittableRandom gangChance;
    private final boolean joint;
    private final SplittableRandom elasticChance;
    private final boolean elastic;
    private final SplittableRandom defectChance;
    private final boolean gpusBreak;
    private final boolean impatient;
    private final boolean hasBreaker;
    private final SplittableRandom operatorChance;
    private final boolean hasOperators;
    private final GpuKinds kinds;
    private final List<Database> databases;
    private final FrontDoor frontDoor;
    private final SchedulerStore schedulerStore;
    private final List<SchedulerNode> schedulers = new ArrayList<>();
    private final BillingNode billing;
    private final List<WorkerHost> workers = new ArrayList<>();
    private final Map<JobId, Workload> workloads = new HashMap<>();
    private final Tenants tenants = new Tenants(this);
    private final Checker checker = new Checker(this);

    World(long seed, Set<PlantedBug> planted, boolean keepsText) {
        this.planted = planted.isEmpty() ? EnumSet.noneOf(PlantedBug.class) : EnumSet.copyOf(planted);
        chance = new Chance(seed);
        gangChance = new SplittableRandom(seed ^ GANG_CHANCE);
        joint = gangChance.nextInt(3) == 0;
        elasticChance = new SplittableRandom(seed ^ ELASTIC_CHANCE);
        elastic = !joint && elasticChance.nextInt(3) == 0;
        defectChance = new SplittableRandom(seed ^ DEFECT_CHANCE);
        gpusBreak = (elastic || joint) && defectChance.nextBoolean();
        hasBreaker = new SplittableRandom(seed ^ BREAKER_CHANCE).nextInt(5) == 0;
        operatorChance = new SplittableRandom(seed ^ OPERATOR_CHANCE);
        hasOperators = operatorChance.nextInt(4) == 0;
        impatient = !elastic && elasticChance.nextInt(4) == 0;
        kinds = new GpuKinds(new SplittableRandom(seed ^ KIND_CHANCE), joint || elastic);
        trace = new Trace(agenda, keepsText);
        int partitions = chance.between(1, PARTITIONS_MAX);
        log = new SimulatedLog(partitions, trace);
        databases = List.of(
                new Database("api", agenda, chance, trace),
                new Database("scheduler", agenda, chance, trace),
                new Database("billing", agenda, chance, trace));
        frontDoor = new FrontDoor(this, databases.get(0));
        schedulerStore = new SchedulerStore(partitions);
        for (String name : List.of("scheduler-1", "scheduler-2")) {
            schedulers.add(new SchedulerNode(this, new SchedulerId(name), databases.get(1), schedulerStore));
        }
        billing = new BillingNode(this, databases.get(2));
        int hosts = chance.between(1, WORKERS_MAX);
        for (int number = 1; number <= hosts; number++) {
            WorkerId workerId = new WorkerId("gpu-" + number);
            kinds.arrive(workerId);
            workers.add(new WorkerHost(this, workerId, elastic ? drawnUpTo(GPUS_MAX) : 1));
        }
    }

    /** Runs to the end, or to the first violation. */
    void run() {
        trace.note("drawn", toString());
        frontDoor.start();
        schedulers.forEach(SchedulerNode::start);
        billing.start();
        databases.forEach(database -> new Relay(this, database).start());
        workers.forEach(WorkerHost::start);
        tenants.start();
        if (hasOperators) {
            new Operators(this, operatorChance).start();
        }
        mishapLater();
        if (gpusBreak) {
            defectLater();
        }
        agenda.after(HEALED_AT_MILLIS, this::heal);
        for (long step = 0; !checker.isOver(); step++) {
            Violation.unless(agenda.step() && step < STEPS_MAX, "LV1", () -> "the run does not come to its end");
        }
        checker.checkEnd();
    }

    private void heal() {
        trace.note("all", "healed");
        chance.heal();
        log.setAway(false);
        databases.forEach(database -> database.setAway(false));
        workers.forEach(WorkerHost::resetGpus);
        checker.healed();
    }

    private void mishapLater() {
        agenda.after(chance.between(MISHAP_MIN_MILLIS, MISHAP_MAX_MILLIS), () -> {
            if (!chance.healed()) {
                mishap();
                mishapLater();
            }
        });
    }

    /** A GPU of some worker breaks, and works again when somebody has reset it. */
    private void defectLater() {
        agenda.after(defectChance.nextInt(DEFECT_MIN_MILLIS, DEFECT_MAX_MILLIS), () -> {
            if (!chance.healed()) {
                WorkerHost worker = workers.get(defectChance.nextInt(workers.size()));
                worker.breakGpu(defectChance.nextInt(GPUS_MAX), defectChance.nextBoolean());
                agenda.after(defectChance.nextInt(RESET_MAX_MILLIS), worker::resetGpus);
                defectLater();
            }
        });
    }

    private void mishap() {
        WorkerHost worker = chance.oneOf(workers);
        SchedulerNode scheduler =
                schedulers.stream().filter(SchedulerNode::leads).findFirst().orElseGet(() -> chance.oneOf(schedulers));
        if (chance.strikes(Mishap.WORKER_KILLED)) {
            worker.kill();
        }
        if (chance.strikes(Mishap.WORKER_PAUSED)) {
            worker.pause(absenceMillis());
        }
        if (chance.strikes(Mishap.WORKER_CANNOT_SEND)) {
            worker.cutSending(absenceMillis());
        }
        if (chance.strikes(Mishap.WORKER_CANNOT_HEAR)) {
            worker.cutHearing(absenceMillis());
        }
        if (chance.strikes(Mishap.WALL_CLOCK_STEPPED)) {
            worker.stepWallClock(chance.between(-WALL_CLOCK_STEP_MAX_MILLIS, WALL_CLOCK_STEP_MAX_MILLIS));
        }
        if (chance.strikes(Mishap.WORKER_DRAINED)) {
            worker.drain();
        }
        if (chance.strikes(Mishap.SCHEDULER_KILLED)) {
            scheduler.kill(absenceMillis());
        }
        if (chance.strikes(Mishap.SCHEDULER_PAUSED)) {
            scheduler.pause(absenceMillis());
        }
        if (chance.strikes(Mishap.LEADER_SESSION_LOST)) {
            scheduler.loseSession();
        }
        if (chance.strikes(Mishap.FRONT_DOOR_KILLED)) {
            frontDoor.kill();
        }
        if (chance.strikes(Mishap.BILLING_KILLED)) {
            billing.kill();
        }
        if (!log.isAway() && chance.strikes(Mishap.LOG_AWAY)) {
            log.setAway(true);
            agenda.after(absenceMillis(), () -> log.setAway(false));
        }
        Database database = chance.oneOf(databases);
        if (!database.isAway() && chance.strikes(Mishap.DATABASE_AWAY)) {
            database.setAway(true);
            agenda.after(absenceMillis(), () -> database.setAway(false));
        }
    }

    /** Mostly shorter than a lease, sometimes much longer. */
    private long absenceMillis() {
        return chance.between(ABSENCE_MIN_MILLIS, chance.oneIn(3) ? ABSENCE_LONG_MAX_MILLIS : ABSENCE_SHORT_MAX_MILLIS);
    }

    Workload workloadOf(JobId jobId) {
        return workloads.computeIfAbsent(jobId, _ -> Workload.drawn(chance));
    }

    /** Whether the workers can share attempts. */
    boolean isJoint() {
        return joint;
    }

    /** Whether the worker breaks whatever it runs, until everything heals. */
    boolean isBreaker(WorkerId workerId) {
        return hasBreaker && !chance.healed() && workers.getLast().id().equals(workerId);
    }

    /** Whether whoever has waited for some seconds goes first of all. */
    boolean isImpatient() {
        return impatient;
    }

    private int drawnUpTo(int most) {
        return elasticChance.nextInt(1, most + 1);
    }

    /** How many GPUs somebody's next training wants: there is always a worker, or a gang of them, with the least. */
    Tenants.Wish drawnWish() {
        if (elastic) {
            return new Tenants.Wish(1, drawnUpTo(GPUS_MAX), kinds.drawn(), drawnEstimate());
        }
        int gpus = joint && gangChance.nextBoolean() ? gangChance.nextInt(1, workers.size() + 1) : 1;
        return new Tenants.Wish(gpus, gpus, kinds.drawn(), drawnEstimate());
    }

    /** How long somebody's next training is expected to take. */
    private Duration drawnEstimate() {
        return impatient ? Duration.ofSeconds(drawnUpTo((int) ESTIMATE.toSeconds())) : ESTIMATE;
    }

    GpuKinds kinds() {
        return kinds;
    }

    GangBook gangs() {
        return gangs;
    }

    boolean has(PlantedBug bug) {
        return planted.contains(bug);
    }

    Instant now() {
        return agenda.now();
    }

    Agenda agenda() {
        return agenda;
    }

    Chance chance() {
        return chance;
    }

    Trace trace() {
        return trace;
    }

    SimulatedLog log() {
        return log;
    }

    ObjectShelf shelf() {
        return shelf;
    }

    Truth truth() {
        return truth;
    }

    Checker checker() {
        return checker;
    }

    FrontDoor frontDoor() {
        return frontDoor;
    }

    BillingNode billing() {
        return billing;
    }

    SchedulerStore schedulerStore() {
        return schedulerStore;
    }

    List<SchedulerNode> schedulers() {
        return schedulers;
    }

    List<WorkerHost> workers() {
        return workers;
    }

    List<Database> databases() {
        return databases;
    }

    /** Everything that is derived from the seed before the run begins. */
    @Override
    public String toString() {
        return "%d partitions, %d workers%s%s%s%s%s%s, mishaps %s"
                .formatted(
                        log.partitions(),
                        workers.size(),
                        joint ? " that share attempts" : elastic ? " for elastic jobs" : "",
                        gpusBreak ? ", whose GPUs break" : "",
                        kinds.isMixed() ? " of several kinds" : "",
                        hasBreaker ? ", one of them a breaker" : "",
                        impatient ? ", nobody is patient" : "",
                        hasOperators ? ", with operators" : "",
                        chance);
    }
}
