package io.deeptrain.scheduler.complaints;

import static io.deeptrain.scheduler.engine.EngineScenario.assigned;
import static io.deeptrain.scheduler.engine.EngineScenario.holding;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.ONE;
import static io.deeptrain.scheduler.job.Jobs.PLATFORM_FAULT;
import static io.deeptrain.scheduler.job.Jobs.SECOND;
import static io.deeptrain.scheduler.job.Jobs.checkpoint;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Origin.Resumed;
import io.deeptrain.event.StopReason;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.engine.EngineScenario;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.placement.Condition;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was trained before a preemption or a crash is trained again. */
class LostProgressTest {
    private static final Resumed NEWEST = new Resumed(checkpoint(FIRST, 2, 20, 2000));

    private final EngineScenario scenario = new EngineScenario();

    @BeforeEach
    void setUp() {
        scenario.beat(ALICE, 1);
        scenario.hear(request(1));
        scenario.start(1, FIRST, ALICE);
        scenario.save(1, FIRST, ALICE, 1, 10, 1000);
        scenario.save(1, FIRST, ALICE, 2, 20, 2000);
    }

    @Test
    void ray_46814_and_armada_4340_after_making_room_a_job_goes_on_where_it_stopped_and_has_lost_no_retry() {
        scenario.order(new Order.SetCondition(ALICE, Condition.DRAINING));
        scenario.beat(BOB, 1);
        scenario.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 2000);
        assertThat(scenario.last().assignments()).containsExactly(assigned(1, SECOND, BOB, ONE, NEWEST));
        assertThat(((Assigned) scenario.state(1)).losses().count()).isZero();
    }

    @Test
    void kubeflow_2000_after_a_crash_a_job_goes_on_from_its_newest_checkpoint() {
        scenario.fail(1, FIRST, ALICE, PLATFORM_FAULT, 2500);
        scenario.beat(BOB, 1);
        scenario.pass(Duration.ofSeconds(2));
        assertThat(scenario.last().assignments()).contains(assigned(1, SECOND, BOB, ONE, NEWEST));
        assertThat(scenario.engine().job(job(1)).losses().count()).isEqualTo(1);
    }

    @Test
    void what_a_worker_that_vanished_had_saved_is_not_lost_either() {
        scenario.beat(ALICE, 1, holding(1, FIRST));
        scenario.pass(EngineScenario.TERM);
        scenario.beat(BOB, 1);
        scenario.pass(Duration.ofSeconds(2));
        assertThat(scenario.last().assignments()).contains(assigned(1, SECOND, BOB, ONE, NEWEST));
    }
}
