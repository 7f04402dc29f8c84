package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.engine.EngineScenario.holding;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.ONE;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.AttemptEvent.InputsRead;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.RequeueCause;
import io.deeptrain.event.StopReason;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.job.Losses;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of an attempt that prepares, by what its worker says of its inputs. */
class PreparingTest {
    private static final Duration SECOND_OF_TIME = Duration.ofSeconds(1);
    private static final int LIMIT_SECONDS = 15 * 60;

    private final EngineScenario world = new EngineScenario();

    @BeforeEach
    void a_job_is_assigned() {
        world.beat(ALICE, 1);
        world.hear(request(1));
        world.beat(ALICE, 1, holding(1, FIRST));
        assertThat(world.state(1)).isInstanceOf(Assigned.class);
    }

    private Decisions hasRead(long number, long inputs) {
        return world.hear(new InputsRead(job(1), FIRST, ALICE, number, inputs, 50_000));
    }

    /** Its worker beats, and says nothing new. */
    private void quietFor(int seconds) {
        for (int second = 0; second < seconds; second++) {
            world.pass(SECOND_OF_TIME);
            world.beat(ALICE, 1, holding(1, FIRST));
        }
    }

    @Test
    void an_attempt_that_reads_no_more_inputs_is_given_up_and_told_so() {
        hasRead(1, 1_200);
        quietFor(LIMIT_SECONDS - 1);
        assertThat(world.state(1)).isInstanceOf(Assigned.class);

        assertThat(world.pass(SECOND_OF_TIME))
                .isEqualTo(new Decisions(
                        List.of(new JobRequeued(
                                job(1),
                                3,
                                world.now(),
                                FIRST,
                                RequeueCause.STALLED,
                                "Worker alice showed no new work for PT15M.",
                                0,
                                world.now().plusSeconds(1))),
                        List.of(new AttemptStopRequested(job(1), FIRST, ALICE, ONE, StopReason.SUPERSEDED)),
                        Set.of(job(1))));
        assertThat(world.engine().job(job(1)).losses()).isEqualTo(new Losses(List.of(ALICE)));
    }

    @Test
    void an_attempt_goes_on_preparing_for_as_long_as_it_reads_inputs() {
        for (int read = 0; read < 5; read++) {
            hasRead(read + 1, read);
            quietFor(LIMIT_SECONDS - 1);
        }
        assertThat(world.state(1)).isInstanceOf(Assigned.class);
    }

    @Test
    void what_it_says_again_is_nothing_new() {
        hasRead(1, 0);
        quietFor(LIMIT_SECONDS - 10);
        hasRead(2, 0);
        quietFor(9);
        assertThat(world.state(1)).isInstanceOf(Assigned.class);
        world.pass(SECOND_OF_TIME);
        assertThat(world.state(1)).isInstanceOf(Queued.class);
    }

    @Test
    void a_worker_that_never_tells_of_inputs_is_waited_for() {
        quietFor(3 * LIMIT_SECONDS);
        assertThat(world.state(1)).isInstanceOf(Assigned.class);
    }

    @Test
    void a_new_leader_gives_an_attempt_that_hangs_one_more_limit() {
        hasRead(1, 1_200);
        quietFor(LIMIT_SECONDS - 1);
        world.restart();
        quietFor(LIMIT_SECONDS - 1);
        assertThat(world.state(1)).isInstanceOf(Assigned.class);
        quietFor(2);
        assertThat(world.state(1)).isInstanceOf(Queued.class);
    }
}
