package io.deeptrain.scheduler.complaints;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.scheduler.engine.EngineScenario;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.job.JobState.Assigned;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.queue.Patience;
import io.deeptrain.scheduler.queue.Preemption;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueSettings;
import io.deeptrain.scheduler.queue.Quota;
import io.deeptrain.scheduler.queue.Shape;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A job that does not fit keeps everybody waiting, or waits for ever while smaller ones pass it. */
class HeadOfLineBlockingTest {
    @Test
    void kueue_8309_what_does_not_fit_does_not_keep_waiting_what_does() {
        EngineScenario scenario = new EngineScenario();
        scenario.beat(ALICE, 4);
        scenario.hear(request(1, ACME, 3, UNCAPPED));
        scenario.hear(request(2, ACME, 4, UNCAPPED));
        scenario.hear(request(3, ACME, 1, UNCAPPED));
        assertThat(scenario.state(2)).isInstanceOf(Queued.class);
        assertThat(scenario.state(3)).isInstanceOf(Assigned.class);
    }

    @Test
    void kueue_4809_what_a_waiting_job_cannot_use_yet_others_may_borrow() {
        QueueSettings queues = QueueSettings.STANDARD.withTenant(
                ACME, QueueLimits.STANDARD.withQuota(Shape.ANY_CLASS, Quota.guaranteeing(2)));
        EngineScenario scenario = new EngineScenario(EngineSettings.STANDARD.withQueues(queues));
        scenario.beat(ALICE, 2);
        scenario.hear(request(1, ACME, 1, UNCAPPED));
        scenario.hear(request(2, ACME, 2, UNCAPPED));
        scenario.hear(request(3, BOLT, 1, UNCAPPED));
        assertThat(scenario.state(2)).isInstanceOf(Queued.class);
        assertThat(scenario.state(3)).isInstanceOf(Assigned.class);
    }

    @Test
    void volcano_2534_and_kai_2074_a_large_job_starts_although_small_ones_never_stop_coming() {
        Duration overdueAfter = Duration.ofMinutes(1);
        Duration small = Duration.ofSeconds(40);
        Patience patience =
                new Patience(Duration.ZERO, Duration.ofHours(80), Duration.ZERO, Duration.ZERO, overdueAfter);
        EngineScenario scenario = new EngineScenario(EngineSettings.STANDARD
                .withQueues(QueueSettings.STANDARD.withPatience(patience))
                .withPreemption(Preemption.NEVER));
        int large = 500;
        int oldest = 1;
        int newest = 4;
        scenario.beat(ALICE, 4);
        for (int number = 1; number <= newest; number++) {
            scenario.hear(request(number, BOLT, 1, UNCAPPED));
            scenario.start(number, FIRST, ALICE);
        }
        scenario.hear(request(large, ACME, 4, UNCAPPED));
        Duration step = small.dividedBy(4);
        Duration waited = Duration.ZERO;
        boolean hasSomebodyPassed = false;
        while (scenario.state(large) instanceof Queued
                && waited.compareTo(overdueAfter.plus(small).plus(step)) <= 0) {
            newest++;
            scenario.hear(request(newest, BOLT, 1, UNCAPPED));
            if (oldest < newest && !(scenario.state(oldest) instanceof Queued)) {
                scenario.start(oldest, FIRST, ALICE);
                scenario.succeed(oldest, FIRST, ALICE, 1);
                oldest++;
            }
            hasSomebodyPassed |= scenario.state(5) instanceof Assigned;
            scenario.pass(step);
            scenario.beatAll(ALICE, 4);
            waited = waited.plus(step);
        }
        assertThat(hasSomebodyPassed).as("small ones use what is free").isTrue();
        assertThat(scenario.state(large)).isInstanceOf(Assigned.class);
    }
}
