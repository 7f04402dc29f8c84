package io.deeptrain.scheduler.complaints;

import static io.deeptrain.scheduler.engine.EngineScenario.holding;
import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.UNCAPPED;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.RequestEvent.JobSealed;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.engine.EngineScenario;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.JobState;
import io.deeptrain.scheduler.job.JobState.Ended;
import io.deeptrain.scheduler.job.JobState.Finishing;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import io.deeptrain.scheduler.queue.Quota;
import io.deeptrain.scheduler.queue.Shape;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Determined #4524: a job that can never run waits for ever. */
class ImpossibleJobTest {
    private static final Duration GRACE = Duration.ofMinutes(5);
    private static final Duration LOOK = Duration.ofSeconds(11);

    private final EngineScenario scenario = new EngineScenario(EngineSettings.STANDARD.withImpossibleAfter(GRACE));

    @Test
    void determined_4524_a_job_larger_than_every_worker_fails_and_says_why() {
        scenario.beat(ALICE, 4);
        scenario.hear(request(1, ACME, 8, UNCAPPED));
        pass(GRACE.minusSeconds(1), ALICE);
        assertThat(scenario.state(1)).as("a fleet may be starting").isInstanceOf(Queued.class);
        pass(LOOK, ALICE);
        Failed failed = new Failed(
                Fault.CAPACITY,
                "NO_WORKER_LARGE_ENOUGH",
                "It needs 8 GPUs on one worker, and for PT5M the largest has had 4.");
        assertThat(scenario.state(1)).isEqualTo(new Finishing(FencingToken.NONE, failed, 0));
        scenario.hear(new JobSealed(job(1), scenario.now()));
        assertThat(scenario.state(1)).isEqualTo(new Ended(FencingToken.NONE, failed, 0, scenario.now()));
    }

    @Test
    void a_worker_that_is_large_enough_in_time_gets_the_job() {
        scenario.beat(ALICE, 4);
        scenario.hear(request(1, ACME, 8, UNCAPPED));
        pass(GRACE.minusSeconds(1), ALICE);
        scenario.beat(BOB, 8);
        assertThat(scenario.state(1)).isInstanceOf(JobState.Assigned.class);
    }

    @Test
    void no_job_fails_while_no_worker_is_known_or_one_just_left() {
        scenario.hear(request(1, ACME, 8, UNCAPPED));
        scenario.pass(GRACE.multipliedBy(3));
        assertThat(scenario.state(1)).as("nobody is there").isInstanceOf(Queued.class);
        scenario.beat(ALICE, 4);
        pass(LOOK, ALICE);
        assertThat(scenario.state(1)).as("somebody has just come").isInstanceOf(Queued.class);
    }

    @Test
    void a_job_that_its_own_queue_could_never_hold_fails_too_unless_the_limit_is_raised_in_time() {
        QueueName flowers = new QueueName.OfApp(ACME);
        Member two = new Member("", QueueLimits.STANDARD.withQuota(Shape.ANY_CLASS, new Quota(0, 2, 0)));
        Member three = new Member("", QueueLimits.STANDARD.withQuota(Shape.ANY_CLASS, new Quota(1, 2, 0)));
        scenario.order(new Order.SetLimits(flowers, two));
        scenario.beat(ALICE, 8);
        scenario.hear(request(1, ACME, 3, UNCAPPED));
        pass(GRACE.minusSeconds(1), ALICE);
        assertThat(scenario.state(1)).isInstanceOf(Queued.class);
        scenario.order(new Order.SetLimits(flowers, three));
        assertThat(scenario.state(1)).isInstanceOf(JobState.Assigned.class);

        scenario.order(new Order.SetLimits(flowers, two));
        scenario.hear(request(2, ACME, 3, UNCAPPED));
        scenario.beat(ALICE, 8, holding(1, new FencingToken(1)));
        pass(GRACE.plus(LOOK), ALICE);
        assertThat(scenario.state(2)).isInstanceOf(Finishing.class);
        assertThat(((Finishing) scenario.state(2)).outcome())
                .isEqualTo(new Failed(
                        Fault.USER,
                        "OVER_QUEUE_LIMIT",
                        "It needs 3 GPUs, and acme/flowers may never hold more than 2."));
    }

    @Test
    void a_held_job_does_not_fail() {
        scenario.beat(ALICE, 4);
        scenario.hear(request(1, ACME, 8, UNCAPPED));
        scenario.order(new Order.Hold(job(1)));
        pass(GRACE.plus(LOOK), ALICE);
        assertThat(scenario.state(1)).isInstanceOf(Queued.class);
    }

    private void pass(Duration time, WorkerId worker) {
        Duration left = time;
        while (left.isPositive()) {
            Duration step = left.compareTo(Duration.ofSeconds(5)) < 0 ? left : Duration.ofSeconds(5);
            scenario.beatAll(worker, scenario.gpusOf(worker));
            scenario.pass(step);
            left = left.minus(step);
        }
    }
}
