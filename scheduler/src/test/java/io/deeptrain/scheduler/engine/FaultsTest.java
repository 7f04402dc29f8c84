package io.deeptrain.scheduler.engine;

import static io.deeptrain.scheduler.job.Jobs.ALICE;
import static io.deeptrain.scheduler.job.Jobs.BOB;
import static io.deeptrain.scheduler.job.Jobs.FIRST;
import static io.deeptrain.scheduler.job.Jobs.PLATFORM_FAULT;
import static io.deeptrain.scheduler.job.Jobs.USER_FAULT;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.job.Jobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.Fault;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.RequestEvent.TrainingCancelled;
import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.job.Ending.Failed;
import io.deeptrain.scheduler.job.JobState.Leased;
import io.deeptrain.scheduler.job.JobState.Queued;
import io.deeptrain.scheduler.placement.Condition;
import io.deeptrain.scheduler.placement.QuarantineRule;
import io.deeptrain.scheduler.placement.QuarantineRule.Standing;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workers that lose attempts. By name alice gets work before bob. */
class FaultsTest {
    private static final QuarantineRule RULE = QuarantineRule.STANDARD;

    private final EngineScenario scenario = new EngineScenario();
    private int newest = 100;
    /** What followed from the newest fault. */
    private Decisions fault = scenario.last();

    @BeforeEach
    void setUp() {
        scenario.beat(ALICE, 1);
        scenario.beat(BOB, 1);
        scenario.pass(Duration.ofSeconds(1));
    }

    @Test
    void a_worker_on_which_three_jobs_fail_gets_no_more_for_a_while() {
        failOnAlice(RULE.faults() - 1);
        assertThat(holderOfNext()).isEqualTo(ALICE);
        failOnAlice(newest, PLATFORM_FAULT);
        assertThat(standing()).isInstanceOf(Standing.Out.class);
        assertThat(holderOfNext()).isEqualTo(BOB);
        assertThat(scenario.engine().snapshot().places().getFirst().isAccepting())
                .isFalse();
    }

    @Test
    void it_comes_back_on_probation_and_one_fault_more_takes_it_out_for_twice_as_long() {
        failOnAlice(RULE.faults());
        passWithBeats(RULE.backOff());
        assertThat(standing()).isInstanceOf(Standing.Probation.class);
        assertThat(holderOfNext()).isEqualTo(ALICE);
        failOnAlice(newest, PLATFORM_FAULT);
        passWithBeats(RULE.backOff());
        assertThat(standing()).isInstanceOf(Standing.Out.class);
        passWithBeats(RULE.backOff());
        assertThat(standing()).isInstanceOf(Standing.Probation.class);
        passWithBeats(RULE.probation());
        assertThat(standing()).isEqualTo(QuarantineRule.GOOD);
        assertThat(scenario.engine().snapshot().controls().standings()).isEmpty();
    }

    @Test
    void a_fault_that_is_the_users_or_a_lack_of_memory_is_not_the_workers() {
        for (int count = 0; count < RULE.faults(); count++) {
            failOnAlice(next(), USER_FAULT);
            failOnAlice(next(), new Failed(Fault.CAPACITY, "OUT_OF_MEMORY", "needs 90 GB"));
        }
        assertThat(standing()).isEqualTo(QuarantineRule.GOOD);
    }

    @Test
    void one_job_that_fails_wherever_it_runs_counts_once_against_each_worker() {
        int poison = next();
        FencingToken attempt = FIRST;
        for (int count = 0; count < 6; count++) {
            WorkerId holder = holderOf(poison);
            scenario.start(poison, attempt, holder);
            scenario.fail(poison, attempt, holder, PLATFORM_FAULT, 1);
            assertThat(standing()).isNotInstanceOf(Standing.Out.class);
            passWithBeats(Duration.ofSeconds(40));
            attempt = attempt.next();
        }
    }

    @Test
    void the_last_half_of_the_fleet_stays_in_service_whatever_it_does() {
        failOnAlice(RULE.faults());
        for (int count = 0; count < 2 * RULE.faults(); count++) {
            int number = next();
            assertThat(holderOf(number)).isEqualTo(BOB);
            scenario.start(number, FIRST, BOB);
            scenario.fail(number, FIRST, BOB, new Failed(Fault.PLATFORM, "DISK", "gone"), 1);
            scenario.hear(new TrainingCancelled(job(number), scenario.now()));
        }
        assertThat(scenario.engine().snapshot().controls().standingOf(BOB).isOut())
                .isFalse();
    }

    @Test
    void a_worker_that_is_out_comes_back_if_nobody_else_is_left() {
        failOnAlice(RULE.faults());
        scenario.order(new Order.SetCondition(BOB, Condition.CORDONED));
        int number = next();
        assertThat(scenario.state(number)).isInstanceOf(Queued.class);
        passWithBeats(Faults.NOBODY_LEFT_FOR);
        assertThat(scenario.state(number)).isInstanceOf(Queued.class);
        passWithBeats(Duration.ofSeconds(1));
        assertThat(holderOf(number)).isEqualTo(ALICE);
    }

    @Test
    void a_worker_that_falls_silent_and_comes_back_again_and_again_is_out() {
        for (int loss = 0; loss < RULE.faults(); loss++) {
            int number = next();
            assertThat(holderOf(number)).isEqualTo(ALICE);
            scenario.start(number, FIRST, ALICE);
            for (int second = 0; second < 9; second++) {
                scenario.beat(BOB, 0);
                scenario.pass(Duration.ofSeconds(1));
            }
            assertThat(scenario.state(number)).isInstanceOf(Queued.class);
            scenario.hear(new TrainingCancelled(job(number), scenario.now()));
            scenario.beat(ALICE, 1);
        }
        assertThat(standing()).isInstanceOf(Standing.Out.class);
    }

    @Test
    void a_successor_knows_of_it_and_an_operator_may_end_it() {
        failOnAlice(RULE.faults());
        assertThat(fault.controls()).contains(scenario.engine().snapshot().controls());
        scenario.restart();
        scenario.beat(ALICE, 1);
        scenario.beat(BOB, 1);
        int number = next();
        assertThat(holderOf(number)).isEqualTo(BOB);
        scenario.order(new Order.SetCondition(ALICE, Condition.IN_SERVICE));
        assertThat(standing()).isEqualTo(QuarantineRule.GOOD);
        assertThat(holderOfNext()).isEqualTo(ALICE);
    }

    private void failOnAlice(int faults) {
        for (int count = 0; count < faults; count++) {
            failOnAlice(next(), PLATFORM_FAULT);
        }
    }

    private void failOnAlice(int number, Failed failed) {
        assertThat(holderOf(number)).isEqualTo(ALICE);
        scenario.start(number, FIRST, ALICE);
        fault = scenario.fail(number, FIRST, ALICE, failed, 1);
        scenario.hear(new TrainingCancelled(job(number), scenario.now()));
    }

    private int next() {
        newest++;
        scenario.hear(request(newest));
        return newest;
    }

    private WorkerId holderOfNext() {
        return holderOf(next());
    }

    private WorkerId holderOf(int number) {
        assertThat(scenario.state(number)).isInstanceOf(Leased.class);
        return ((Leased) scenario.state(number)).lease().holder();
    }

    private Standing standing() {
        return scenario.engine().snapshot().controls().standingOf(ALICE);
    }

    /** Both are heard all the while, with what they hold. */
    private void passWithBeats(Duration time) {
        Duration left = time;
        while (left.isPositive()) {
            Duration step = left.compareTo(Duration.ofSeconds(5)) < 0 ? left : Duration.ofSeconds(5);
            for (WorkerId worker : List.of(ALICE, BOB)) {
                scenario.beatAll(worker, 1);
            }
            scenario.pass(step);
            left = left.minus(step);
        }
    }
}
