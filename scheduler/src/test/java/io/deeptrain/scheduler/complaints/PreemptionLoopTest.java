package io.deeptrain.scheduler.complaints;

import static io.deeptrain.scheduler.engine.EngineScenario.stop;
import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.StopReason;
import io.deeptrain.scheduler.engine.EngineScenario;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.job.JobState.Running;
import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Jobs take one another's place for ever. */
class PreemptionLoopTest {
    private static final QueueSettings URGENT =
            QueueSettings.STANDARD.withTenant(ACME, QueueLimits.STANDARD.withPriority(Priority.CRITICAL));

    private final EngineScenario scenario = new EngineScenario(EngineSettings.STANDARD.withQueues(URGENT));

    @Test
    void kueue_2821_whoever_made_room_does_not_take_it_back_before_the_job_it_was_made_for() {
        makeRoomForOne();
        assertThat(scenario.state(2)).isInstanceOf(Assigned.class);
        assertThat(scenario.state(1)).isInstanceOf(Queued.class);
    }

    @Test
    void kueue_3779_whoever_made_room_does_not_ask_for_it_back() {
        makeRoomForOne();
        scenario.start(2, FIRST, ALICE);
        for (int minute = 0; minute < 120; minute++) {
            for (int part = 0; part < 12; part++) {
                scenario.beatAll(ALICE, 1);
                scenario.beatAll(BOB, 1);
                scenario.report(2, FIRST, ALICE, 1 + minute * 12L + part, 1000);
                scenario.report(3, FIRST, BOB, 1 + minute * 12L + part, 1000);
                scenario.pass(Duration.ofSeconds(5));
                assertThat(scenario.last().assignments()).noneMatch(AttemptStopRequested.class::isInstance);
            }
        }
        assertThat(scenario.state(2)).isInstanceOf(Running.class);
        assertThat(scenario.state(1)).isInstanceOf(Queued.class);
    }

    /**
     * Job 1 of an ordinary app runs; job 2 of an urgent one takes its place. The urgent app has another job already, so
     * that by its share it would be the ordinary one's turn.
     */
    private void makeRoomForOne() {
        scenario.beat(BOB, 1);
        scenario.hear(request(3, ACME, 1, UNCAPPED));
        scenario.start(3, FIRST, BOB);
        scenario.beat(ALICE, 1);
        scenario.hear(request(1, BOLT, 1, UNCAPPED));
        scenario.start(1, FIRST, ALICE);
        for (int part = 0; part < 14; part++) {
            scenario.beatAll(ALICE, 1);
            scenario.beatAll(BOB, 1);
            scenario.pass(Duration.ofSeconds(5));
        }
        scenario.hear(request(2, ACME, 1, UNCAPPED));
        scenario.pass(Duration.ofSeconds(2));
        assertThat(scenario.last().assignments()).contains(stop(1, FIRST, ALICE, StopReason.PREEMPTED));
        scenario.stopped(1, FIRST, ALICE, StopReason.PREEMPTED, 60_000);
    }
}
