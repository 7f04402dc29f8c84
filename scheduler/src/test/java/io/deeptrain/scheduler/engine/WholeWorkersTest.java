package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.engine.EngineScenario.stop;
import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.explain.Forecast;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueSettings;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers that run one attempt at a time, however many GPUs they have; the tenant bolt is in a hurry. */
class WholeWorkersTest {
    private static final Duration RUN_MIN = Duration.ofSeconds(3);
    private static final EngineSettings SETTINGS = EngineSettings.STANDARD
            .withQueues(QueueSettings.STANDARD.withTenant(BOLT, QueueLimits.STANDARD.withPriority(Priority.CRITICAL)))
            .withPreemption(new Preemption(1.5, RUN_MIN, 1, Duration.ofSeconds(30)))
            .withSharedWorkers(false);

    private final EngineScenario world = new EngineScenario(SETTINGS);

    private WorkerId holderOf(int job) {
        JobState state = world.state(job);
        assertThat(state).isInstanceOf(Leased.class);
        return ((Leased) state).lease().holder();
    }

    @Test
    void an_attempt_has_its_worker_to_itself() {
        world.beat(ALICE, 4);
        world.hear(request(1));
        world.hear(request(2));
        assertThat(holderOf(1)).isEqualTo(ALICE);
        assertThat(world.state(2)).isInstanceOf(Queued.class);
        world.start(1, FIRST, ALICE);
        world.beatAll(ALICE, 4);
        assertThat(world.state(2)).isInstanceOf(Queued.class);
        world.succeed(1, FIRST, ALICE, 5000);
        assertThat(holderOf(2)).isEqualTo(ALICE);
    }

    @Test
    void an_attempt_of_one_gpu_leaves_large_workers_to_gangs() {
        world.beat(ALICE, 4);
        world.beat(BOB, 1);
        world.hear(request(1));
        world.hear(request(2, ACME, 4, UNCAPPED));
        assertThat(holderOf(1)).isEqualTo(BOB);
        assertThat(holderOf(2)).isEqualTo(ALICE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void who_makes_room_gives_up_the_whole_worker(int gpus) {
        world.beat(ALICE, 4);
        world.hear(request(1));
        world.start(1, FIRST, ALICE);
        world.hear(request(2, BOLT, gpus, UNCAPPED));
        assertThat(world.pass(RUN_MIN).assignments()).containsExactly(stop(1, FIRST, ALICE, StopReason.PREEMPTED));
        world.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 3000);
        assertThat(world.state(2)).isInstanceOf(Assigned.class);
        assertThat(world.state(1)).isInstanceOf(Queued.class);
    }

    @Test
    void nobody_makes_room_for_what_the_worker_is_too_small_for() {
        world.beat(ALICE, 4);
        world.hear(request(1));
        world.start(1, FIRST, ALICE);
        world.hear(request(2, BOLT, 5, UNCAPPED));
        assertThat(world.pass(RUN_MIN.multipliedBy(2)).assignments()).isEmpty();
    }

    @Test
    void who_waits_is_expected_to_start_when_the_worker_is_empty() {
        world.beat(ALICE, 4);
        world.hear(request(1));
        world.hear(request(2));
        world.hear(request(3));
        Forecast forecast = Forecast.of(world.engine().snapshot());
        Instant second = forecast.of(job(2)).orElseThrow().at();
        Instant third = forecast.of(job(3)).orElseThrow().at();
        assertThat(second).isAfter(T0);
        assertThat(third).isAfter(second);
    }
}
