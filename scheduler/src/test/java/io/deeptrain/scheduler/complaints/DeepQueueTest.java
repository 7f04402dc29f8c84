package io.deeptrain.scheduler.complaints;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.SUCCESS;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.AttemptEvent.AttemptStarted;
import io.deeptrain.event.AttemptEvent.AttemptSucceeded;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin.Scratch;
import io.deeptrain.scheduler.engine.EngineScenario;
import org.junit.jupiter.api.Test;

/** The longer the queue, the longer a job waits for room that is there. */
class DeepQueueTest {
    private static final int WAITING = 20_000;
    private static final int GPUS = 512;

    private final EngineScenario scenario = new EngineScenario();

    @Test
    void kueue_14477_all_that_fit_start_at_once_however_many_wait() {
        fill();
        scenario.beat(ALICE, GPUS);
        assertThat(scenario.last().assignments()).hasSize(GPUS);
        assertThat(scenario.engine().readyCount()).isEqualTo(WAITING - GPUS);
    }

    @Test
    void volcano_5551_what_one_gives_back_another_gets_in_the_same_decision() {
        fill();
        scenario.beat(ALICE, 1);
        JobId first = scenario.last().assignments().getFirst().jobId();
        scenario.hear(new AttemptStarted(first, FIRST, ALICE, new Scratch(), 100, 0));
        scenario.hear(
                new AttemptSucceeded(first, FIRST, ALICE, SUCCESS.model(), SUCCESS.metrics(), SUCCESS.completion(), 1));
        assertThat(scenario.last().assignments()).hasSize(1);
    }

    private void fill() {
        for (int number = 1; number <= WAITING; number++) {
            scenario.hear(request(number, number % 2 == 0 ? ACME : BOLT, 1, UNCAPPED));
        }
    }
}
