package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.job.JobDecision;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.job.Jobs;
import io.deeptrain.scheduler.job.RetryPolicy;
import io.deeptrain.scheduler.job.StallPolicy;
import io.deeptrain.scheduler.queue.Patience;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.Quota;
import io.deeptrain.scheduler.queue.Shape;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Who may start while what gets free is kept for a job that waited too long. */
class BackfillTest {
    private static final WorkerId CAROL = new WorkerId("carol");
    private static final Duration OVERDUE_AFTER = Duration.ofMinutes(1);
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    /** With half as much again, and what it takes to start, over before ten minutes and as much again are. */
    private static final Duration SHORT = Duration.ofMinutes(2);

    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration BEAT = Duration.ofSeconds(4);

    private static final EngineSettings SETTINGS = new EngineSettings(
            EngineSettings.STANDARD.leaseTerm(),
            EngineSettings.STANDARD.resendAfter(),
            RetryPolicy.STANDARD,
            new StallPolicy(Duration.ofDays(1), 10, Duration.ofDays(1), Duration.ofDays(1)),
            EngineSettings.STANDARD.endedKeptMax(),
            QueueSettings.STANDARD.withPatience(
                    new Patience(Duration.ZERO, Duration.ofHours(80), Duration.ZERO, Duration.ZERO, OVERDUE_AFTER)),
            new Preemption(1, Duration.ZERO, 0, Duration.ofSeconds(30)));

    private final Map<WorkerId, Integer> fleet = new LinkedHashMap<>();
    private final List<JobDecision> said = new ArrayList<>();
    private EngineScenario world = new EngineScenario(SETTINGS);

    private void join(WorkerId worker, int gpus) {
        fleet.put(worker, gpus);
        world.beatJoint(worker, gpus);
    }

    private TrainingRequested wanting(int job, Tenant tenant, int gpus, Duration estimate) {
        return Jobs.lasting(job, tenant, gpus, estimate, world.now());
    }

    private void pass(Duration time) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(BEAT)) {
            said.addAll(world.pass(BEAT).remarks());
            fleet.forEach((worker, gpus) -> world.beatJoint(worker, gpus, holdingsOf(worker)));
        }
    }

    private Holding[] holdingsOf(WorkerId worker) {
        List<Holding> holdings = new ArrayList<>();
        for (JobRecord job : world.engine().jobs()) {
            if (job.state() instanceof Leased leased && leased.lease().gpusOf(worker) > 0) {
                holdings.add(leased.lease().holdingOf(job.jobId()));
            }
        }
        return holdings.toArray(Holding[]::new);
    }

    /** A job of three GPUs runs on Alice, which has four; another one wants all of them, and has waited too long. */
    private void alicesGangIsOverdue(Duration estimate) {
        join(ALICE, 4);
        world.hear(wanting(1, ACME, 3, estimate));
        world.start(1, FIRST, ALICE);
        world.hear(wanting(2, BOLT, 4, TEN_MINUTES));
        pass(OVERDUE_AFTER);
    }

    private void ask(int job, int gpus, Duration estimate) {
        ask(job, ACME, gpus, estimate);
    }

    private void ask(int job, Tenant tenant, int gpus, Duration estimate) {
        world.hear(wanting(job, tenant, gpus, estimate));
        world.pass(Duration.ofSeconds(1));
    }

    /** Alice has a gang that is overdue, and what ran on all of these GPUs of Bob is over since. */
    private void alicesGangIsOverdueAndBobIsFree(int gpus, Tenant earlier, Duration estimate) {
        join(BOB, gpus);
        world.hear(wanting(9, earlier, gpus, estimate));
        world.start(9, FIRST, BOB);
        alicesGangIsOverdue(TEN_MINUTES);
        world.succeed(9, FIRST, BOB, 1_000);
        pass(BEAT);
    }

    /** A job runs on Alice; one of three GPUs, which nobody has alone, has waited too long. */
    private void gangOfAllIsOverdue(int gpusOnAlice) {
        world.hear(wanting(1, ACME, gpusOnAlice, TEN_MINUTES));
        world.start(1, FIRST, ALICE);
        world.hear(wanting(2, BOLT, 3, TEN_MINUTES));
        pass(OVERDUE_AFTER);
    }

    private WorkerId holderOf(int job) {
        assertThat(world.state(job)).isInstanceOf(Assigned.class);
        return ((Leased) world.state(job)).lease().holder();
    }

    private void assertWaits(int job) {
        assertThat(world.state(job)).isInstanceOf(Queued.class);
    }

    @Test
    void who_ends_in_time_starts_on_what_is_kept() {
        alicesGangIsOverdue(TEN_MINUTES);
        ask(3, 1, SHORT);
        assertThat(holderOf(3)).isEqualTo(ALICE);
        assertThat(world.last().remarks()).extracting(JobDecision::kind).containsExactly("backfilled");
        assertThat(world.last().remarks().getFirst().sentence())
                .isEqualTo("Job job-002 goes first, and there is no room for it yet: this one starts beside it,"
                        + " as it is to be over before 2026-01-05T09:15:30Z.");
    }

    @Test
    void who_would_delay_it_waits() {
        alicesGangIsOverdue(TEN_MINUTES);
        ask(3, 1, LONG);
        assertWaits(3);
        ask(4, 1, Duration.ZERO);
        assertWaits(4);
    }

    @Test
    void a_short_one_passes_a_long_one_of_another_tenant_but_not_of_its_own() {
        alicesGangIsOverdue(TEN_MINUTES);
        ask(3, 1, LONG);
        ask(4, 1, SHORT);
        assertWaits(3);
        assertWaits(4);
        ask(5, BOLT, 1, SHORT);
        assertThat(holderOf(5)).isEqualTo(ALICE);
    }

    @Test
    void who_takes_nothing_of_what_is_kept_starts_however_long_it_takes() {
        alicesGangIsOverdueAndBobIsFree(1, ACME, SHORT);
        ask(3, 1, LONG);
        assertThat(holderOf(3)).isEqualTo(BOB);
    }

    @Test
    void while_nobody_knows_when_it_starts_nobody_else_does() {
        alicesGangIsOverdue(Duration.ZERO);
        ask(3, 1, SHORT);
        assertWaits(3);
    }

    @Test
    void who_takes_gpus_on_which_it_could_never_run_starts_also_when_nobody_knows_when_it_does() {
        alicesGangOfHerClassIsOverdue();
        joinOfOtherClass(BOB);
        ask(3, 1, LONG);
        assertThat(holderOf(3)).isEqualTo(BOB);
        ask(4, 1, SHORT);
        assertWaits(4);
    }

    @Test
    void where_somebody_is_guaranteed_gpus_nobody_starts_when_nobody_knows_when_it_does() {
        world = new EngineScenario(SETTINGS.withQueues(SETTINGS.queues()
                .withTenant(
                        BOLT, QueueLimits.STANDARD.withQuota(Shape.ANY_CLASS, new Quota(1, Integer.MAX_VALUE, 0)))));
        alicesGangOfHerClassIsOverdue();
        joinOfOtherClass(BOB);
        ask(3, 1, SHORT);
        assertWaits(3);
    }

    /** Nobody knows when the job on Alice ends; the one that has waited too long runs only on GPUs of her class. */
    private void alicesGangOfHerClassIsOverdue() {
        join(ALICE, 4);
        world.hear(wanting(1, ACME, 3, Duration.ZERO));
        world.start(1, FIRST, ALICE);
        world.hear(Jobs.onClass("cpu", wanting(2, BOLT, 4, TEN_MINUTES)));
        pass(OVERDUE_AFTER);
    }

    private void joinOfOtherClass(WorkerId worker) {
        world.hear(new WorkerBeat(worker, ONE, 1, "other", 1, Readiness.ACCEPTING, List.of()));
    }

    @Test
    void where_somebody_is_guaranteed_gpus_only_who_ends_in_time_starts() {
        world = new EngineScenario(SETTINGS.withQueues(SETTINGS.queues()
                .withTenant(
                        BOLT, QueueLimits.STANDARD.withQuota(Shape.ANY_CLASS, new Quota(1, Integer.MAX_VALUE, 0)))));
        alicesGangIsOverdueAndBobIsFree(2, BOLT, LONG);
        ask(3, 1, LONG);
        assertWaits(3);
        ask(4, BOLT, 1, SHORT);
        assertThat(world.state(4)).isInstanceOf(Assigned.class);
    }

    @Test
    void gpus_of_several_workers_are_kept_for_one_that_fits_on_none() {
        join(ALICE, 1);
        join(BOB, 1);
        join(CAROL, 1);
        gangOfAllIsOverdue(1);
        ask(3, 1, LONG);
        assertWaits(3);
        ask(4, BOLT, 1, SHORT);
        assertThat(holderOf(4)).isEqualTo(BOB);
        world.start(4, FIRST, BOB);
        world.succeed(4, FIRST, BOB, 1_000);
        world.succeed(1, FIRST, ALICE, 1_000);
        pass(BEAT);
        assertThat(world.state(2)).isInstanceOf(Assigned.class);
        assertWaits(3);
    }

    @Test
    void with_workers_that_run_one_attempt_at_a_time_nobody_long_starts_on_a_part_of_one() {
        world = new EngineScenario(SETTINGS.withSharedWorkers(false));
        join(ALICE, 2);
        join(BOB, 2);
        gangOfAllIsOverdue(2);
        ask(3, 1, LONG);
        assertWaits(3);
    }

    /** Small jobs never stop coming, and each takes up to half as long again as was estimated. */
    @Test
    void a_gang_starts_by_the_time_that_was_first_said_whoever_starts_beside_it() {
        int backfilled = 0;
        for (int seed = 0; seed < 60; seed++) {
            backfilled += new Crowd(seed).run();
        }
        assertThat(backfilled).as("jobs that started beside the gang").isGreaterThan(60);
    }

    private static final class Crowd {
        private static final int GANG = 1_000;
        private static final Pattern UNTIL = Pattern.compile("by (\\S+) at the latest");
        private static final WorkerId[] WORKERS = {ALICE, BOB, CAROL};

        private final int seed;
        private final SplittableRandom random;
        private final BackfillTest test = new BackfillTest();
        private final TreeMap<Integer, Long> endSeconds = new TreeMap<>();
        private long seconds;
        private int jobs;
        private int backfilled;
        private Instant latest = Instant.MAX;

        Crowd(int seed) {
            this.seed = seed;
            random = new SplittableRandom(seed);
        }

        int run() {
            for (WorkerId worker : WORKERS) {
                test.join(worker, 1 + random.nextInt(4));
            }
            int gpus = test.fleet.values().stream().mapToInt(Integer::intValue).sum();
            while (seconds < 60) {
                step();
            }
            test.world.hear(test.wanting(GANG, BOLT, 1 + random.nextInt(gpus), TEN_MINUTES));
            while (test.world.state(GANG) instanceof Queued) {
                step();
                assertThat(test.world.now())
                        .as("the gang of seed %d starts", seed)
                        .isBefore(latest);
            }
            return backfilled;
        }

        private void step() {
            if (random.nextInt(3) > 0) {
                jobs++;
                Duration estimate = Duration.ofSeconds(1 + random.nextInt(120));
                test.world.hear(test.wanting(jobs, ACME, 1 + random.nextInt(2), estimate));
            }
            test.pass(BEAT);
            seconds += BEAT.toSeconds();
            for (JobDecision each : test.said) {
                backfilled += each.kind().equals("backfilled") ? 1 : 0;
                Matcher until = UNTIL.matcher(each.sentence());
                if (until.find()) {
                    latest = Instant.parse(until.group(1)).plus(BEAT).plus(BEAT);
                }
            }
            test.said.clear();
            startAndEnd();
        }

        private void startAndEnd() {
            for (int number = 1; number <= jobs; number++) {
                JobRecord job = test.world.engine().job(Jobs.job(number));
                if (job.state() instanceof Assigned assigned) {
                    test.world.start(number, FIRST, assigned.lease().holder());
                    long most = job.request().estimate().toSeconds() * 3 / 2;
                    endSeconds.put(number, seconds + random.nextLong(most + 1));
                } else if (job.state() instanceof Leased leased && endSeconds.getOrDefault(number, 0L) <= seconds) {
                    test.world.succeed(number, FIRST, leased.lease().holder(), 1_000);
                }
            }
        }
    }
}
