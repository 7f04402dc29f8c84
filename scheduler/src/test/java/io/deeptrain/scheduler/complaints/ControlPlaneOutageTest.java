package io.deeptrain.scheduler.complaints;

import static io.deeptrain.scheduler.engine.EngineScenario.holding;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.scheduler.engine.EngineScenario;
import io.deeptrain.scheduler.job.JobState.Running;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Training that nothing is wrong with is killed because the scheduler was away. */
class ControlPlaneOutageTest {
    private final EngineScenario scenario = new EngineScenario();

    @BeforeEach
    void setUp() {
        scenario.beat(ALICE, 1);
        scenario.hear(request(1));
        scenario.start(1, FIRST, ALICE);
    }

    @Test
    void armada_315_no_lease_lapses_while_nobody_can_be_heard() {
        scenario.passUnheard(Duration.ofHours(3));
        assertThat(scenario.last().history()).isEmpty();
        scenario.restart();
        scenario.passUnheard(Duration.ofHours(3));
        assertThat(scenario.last().history()).isEmpty();
        scenario.catchUp();
        scenario.beat(ALICE, 1, holding(1, FIRST));
        scenario.pass(Duration.ofSeconds(5));
        assertThat(scenario.last().history()).isEmpty();
        assertThat(scenario.state(1)).isInstanceOf(Running.class);
    }

    @Test
    void skypilot_10155_a_scheduler_that_restarts_again_and_again_recovers_nothing_that_is_well() {
        for (int restart = 0; restart < 24; restart++) {
            scenario.restart();
            scenario.pass(EngineScenario.TERM.dividedBy(2));
            scenario.beat(ALICE, 1, holding(1, FIRST));
            scenario.report(1, FIRST, ALICE, 10 + restart, 1000);
            assertThat(scenario.last().assignments()).isEmpty();
        }
        assertThat(scenario.state(1)).isInstanceOf(Running.class);
        assertThat(scenario.state(1).token()).isEqualTo(FIRST);
    }
}
