package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.object;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptStopped;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.AttemptEvent.CheckpointSaved;
import io.deeptrain.event.AttemptEvent.ProgressReported;
import io.deeptrain.event.Checkpoint;
import io.deeptrain.event.Event;
import io.deeptrain.event.JobId;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.job.JobRecord;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.job.JobState.Running;
import io.deeptrain.scheduler.job.Jobs;
import io.deeptrain.scheduler.queue.Preemption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Elastic jobs among others, for hundreds of epochs. A failure is repeated with {@code -Dsimulation.seed=N}. */
class ElasticRandomTest {
    private static final int STEPS = 300;
    private static final int WORKERS = 3;
    private static final int GPUS = 8;
    private static final int QUIET_ROUNDS = 40;
    private static final int ROUNDS_SETTLED = 10;
    private static final Preemption PREEMPTION =
            new Preemption(1.5, Duration.ofSeconds(1), QUIET_ROUNDS + STEPS, Duration.ofSeconds(10));

    static LongStream seeds() {
        Long chosen = Long.getLong("simulation.seed");
        return chosen == null ? LongStream.rangeClosed(1, 100) : LongStream.of(chosen);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void who_shares_a_worker_gets_what_it_may_have_and_no_job_is_resized_for_ever(long seed) {
        play(seed, true);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void who_has_a_worker_to_itself_gets_what_it_may_have_and_no_job_is_resized_for_ever(long seed) {
        play(seed, false);
    }

    private static void play(long seed, boolean shared) {
        World world = new World(seed, shared);
        for (int step = 0; step < STEPS; step++) {
            world.step();
            world.check(seed);
        }
        // From here on nobody comes and nobody ends.
        int resized = world.resized();
        int settledAt = 0;
        for (int round = 0; round < QUIET_ROUNDS; round++) {
            world.everybodyEndsAnEpoch();
            world.check(seed);
            if (world.resized() > resized) {
                resized = world.resized();
                settledAt = round + 1;
            }
        }
        assertThat(settledAt).as("seed %d: last resize", seed).isLessThanOrEqualTo(QUIET_ROUNDS - ROUNDS_SETTLED);
    }

    @Test
    void jobs_are_resized_in_these_plays() {
        int resized = 0;
        for (int seed = 1; seed <= 10; seed++) {
            World world = new World(seed, true);
            for (int step = 0; step < STEPS; step++) {
                world.step();
            }
            resized += world.resized();
        }
        assertThat(resized).isGreaterThan(20);
    }

    private static final class World {
        private final Random random;
        private final EngineScenario scenario;
        private final Deque<Event> answers = new ArrayDeque<>();
        private final Map<JobId, Integer> resizes = new HashMap<>();
        private final Map<JobId, Integer> epochs = new HashMap<>();
        private final Map<JobId, Integer> saved = new HashMap<>();
        private final Set<AssignmentEvent> heard = new HashSet<>();
        private int submitted;

        World(long seed, boolean shared) {
            random = new Random(seed);
            scenario = new EngineScenario(
                    EngineSettings.STANDARD.withPreemption(PREEMPTION).withSharedWorkers(shared));
            beats();
        }

        void step() {
            switch (random.nextInt(8)) {
                case 0, 1 -> submit();
                case 2 -> finishOne();
                case 3 -> pass(1 + random.nextInt(5));
                default ->
                    running().stream()
                            .skip(random.nextInt(running().size() + 1))
                            .findFirst()
                            .ifPresent(this::endEpoch);
            }
        }

        void everybodyEndsAnEpoch() {
            pass(3);
            running().forEach(this::endEpoch);
        }

        int resized() {
            return resizes.values().stream().mapToInt(Integer::intValue).sum();
        }

        private void submit() {
            submitted++;
            Tenant tenant = random.nextBoolean() ? ACME : BOLT;
            int most = 1 + random.nextInt(GPUS);
            int least = random.nextInt(3) == 0 ? most : 1 + random.nextInt(most);
            hear(
                    least == most
                            ? request(submitted, tenant, most, UNCAPPED)
                            : Jobs.elastic(submitted, tenant, least, most));
        }

        private void finishOne() {
            running().stream().findFirst().ifPresent(job -> {
                WorkerId worker = ((Leased) job.state()).lease().holder();
                hear(new AttemptSucceeded(
                        job.jobId(),
                        job.state().token(),
                        worker,
                        Jobs.SUCCESS.model(),
                        Map.of(),
                        Jobs.SUCCESS.completion(),
                        1000));
                hear(new JobSealed(job.jobId(), scenario.now()));
            });
        }

        private void endEpoch(JobRecord before) {
            JobRecord job = scenario.engine().job(before.jobId());
            if (job.state() instanceof Running running) {
                int epoch = epochs.merge(job.jobId(), 1, Integer::sum);
                int number = saved.merge(job.jobId(), 1, Integer::sum);
                WorkerId worker = running.lease().holder();
                long reading =
                        Duration.between(running.startedAt(), scenario.now()).toMillis();
                hear(new ProgressReported(job.jobId(), running.token(), worker, epoch, Jobs.atStep(epoch), reading));
                hear(new CheckpointSaved(
                        job.jobId(),
                        running.token(),
                        worker,
                        new Checkpoint(running.token(), number, epoch, epoch, reading, object("saved"))));
            }
        }

        private List<JobRecord> running() {
            return scenario.engine().jobs().stream()
                    .filter(job -> job.state() instanceof Running)
                    .sorted(Comparator.comparingLong(JobRecord::arrival))
                    .toList();
        }

        private void pass(int seconds) {
            for (int second = 0; second < seconds; second++) {
                follow(scenario.pass(Duration.ofSeconds(1)));
                beats();
            }
        }

        private void beats() {
            for (int worker = 0; worker < WORKERS; worker++) {
                follow(scenario.beatAll(new WorkerId("worker-" + worker), GPUS >> worker));
            }
        }

        private void hear(Event event) {
            follow(scenario.hear(event));
        }

        /** Workers do at once what they are told. */
        private void follow(Decisions decisions) {
            decisions.remarks().stream()
                    .filter(remark -> remark.kind().equals("asked-to-resize"))
                    .forEach(remark -> resizes.merge(remark.jobId(), 1, Integer::sum));
            decisions.assignments().stream().filter(heard::add).forEach(message -> answers.add(answer(message)));
            while (!answers.isEmpty()) {
                hear(answers.remove());
            }
        }

        private static Event answer(AssignmentEvent message) {
            return switch (message) {
                case AttemptAssigned assigned ->
                    new AttemptStarted(
                            assigned.jobId(), assigned.attempt(), assigned.workerId(), assigned.origin(), 100, 0);
                case AttemptStopRequested stop ->
                    new AttemptStopped(stop.jobId(), stop.attempt(), stop.workerId(), stop.reason(), 0);
                case RanksAssigned ranks -> throw new AssertionError("no worker here shares attempts: " + ranks);
            };
        }

        void check(long seed) {
            Map<WorkerId, Integer> held = new HashMap<>();
            for (JobRecord job : scenario.engine().jobs()) {
                if (job.state() instanceof Leased leased) {
                    assertThat(leased.lease().gpus())
                            .as("seed %d: %s", seed, job)
                            .isBetween(job.gpus(), job.gpusMost());
                    held.merge(leased.lease().holder(), leased.lease().gpus(), Integer::sum);
                }
            }
            for (int worker = 0; worker < WORKERS; worker++) {
                int gpus = GPUS >> worker;
                int of = held.getOrDefault(new WorkerId("worker-" + worker), 0);
                assertThat(of).as("seed %d: worker %d", seed, worker).isLessThanOrEqualTo(gpus);
            }
            // What the fleet says is free is what nobody has: no seat was left behind.
            scenario.engine()
                    .fleet()
                    .forEach(view -> assertThat(view.holdings())
                            .as("seed %d: %s", seed, view)
                            .allMatch(holding ->
                                    !(scenario.engine().job(holding.jobId()).state() instanceof Queued)
                                            || scenario.engine().snapshot().claims().stream()
                                                    .anyMatch(claim ->
                                                            claim.jobId().equals(holding.jobId()))));
        }
    }
}
