package io.deeptrain.scheduler.complaints;

import static io.deeptrain.scheduler.engine.EngineScenario.TERM;
import static io.deeptrain.scheduler.engine.EngineScenario.holding;
import static io.deeptrain.scheduler.engine.EngineScenario.stop;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.SECOND;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.StopReason;
import io.deeptrain.scheduler.engine.EngineScenario;
import io.deeptrain.scheduler.job.JobState.Ended;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.job.JobState.Running;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An attempt that was given up goes on, and nobody knows or somebody pays. */
class ZombieTest {
    private final EngineScenario scenario = new EngineScenario();

    @BeforeEach
    void setUp() {
        scenario.beat(ALICE, 1);
        scenario.hear(request(1));
        scenario.start(1, FIRST, ALICE);
    }

    @Test
    void skypilot_4410_what_a_lost_attempt_still_says_changes_nothing_and_it_is_stopped() {
        scenario.pass(TERM);
        scenario.beat(BOB, 1);
        scenario.pass(Duration.ofSeconds(2));
        scenario.beat(BOB, 1);
        scenario.start(1, SECOND, BOB);
        scenario.beat(ALICE, 1, holding(1, FIRST));
        scenario.succeed(1, FIRST, ALICE, 99_000);
        assertThat(scenario.last().history()).isEmpty();
        assertThat(scenario.state(1)).isInstanceOf(Running.class);
        assertThat(scenario.state(1).token()).isEqualTo(SECOND);
        scenario.report(1, FIRST, ALICE, 50, 99_000);
        assertThat(((Running) scenario.state(1)).readingMillis()).isZero();
    }

    @Test
    void dstack_1551_a_gpu_on_which_a_lost_attempt_goes_on_is_not_free_and_is_asked_to_stop() {
        scenario.passUnheard(Duration.ofSeconds(1));
        scenario.pass(TERM);
        assertThat(scenario.state(1)).isInstanceOf(Queued.class);
        scenario.beat(ALICE, 1, holding(1, FIRST));
        assertThat(scenario.last().assignments()).contains(stop(1, FIRST, ALICE, StopReason.SUPERSEDED));
        scenario.hear(request(2));
        assertThat(scenario.state(2)).as("nothing is free").isInstanceOf(Queued.class);
        scenario.beat(ALICE, 1);
        assertThat(scenario.state(2)).isNotInstanceOf(Queued.class);
    }

    @Test
    void dstack_1551_what_is_cancelled_costs_nothing_more_even_if_its_worker_is_never_heard_again() {
        scenario.report(1, FIRST, ALICE, 10, 5_000);
        scenario.hear(new TrainingCancelled(job(1), scenario.now()));
        scenario.pass(TERM);
        assertThat(scenario.state(1)).isInstanceOf(Ended.class);
        assertThat(((Ended) scenario.state(1)).readingMillis()).isEqualTo(5_000);
    }
}
