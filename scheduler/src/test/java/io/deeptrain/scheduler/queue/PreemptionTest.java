package io.deeptrain.scheduler.queue;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.queue.Contender.Claimant;
import io.deeptrain.scheduler.queue.Contender.Holder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreemptionTest {
    private static final Preemption RULE = new Preemption(1.5, Duration.ofMinutes(1), 2, Duration.ofSeconds(30));
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(1);
    private static final Preemption.Shares EQUAL = (_, _, _) -> false;
    private static final Preemption.Shares UNEQUAL = (_, _, _) -> true;

    @Test
    void a_job_makes_room_for_one_that_is_due_earlier_even_with_half_as_much_patience_again() {
        Holder holder = holder(1, ACME, 1, due(1500));
        assertThat(victims(claimant(2, ACME, 1, due(999)), 0, holder)).containsExactly(holder);
        assertThat(victims(claimant(2, ACME, 1, due(1000)), 0, holder)).isEmpty();
    }

    @Test
    void a_more_urgent_class_needs_no_such_margin_and_a_less_urgent_one_never_gets_room() {
        Holder normal = holder(1, BOLT, 1, new Standing(Priority.NORMAL, false, 0, 10, 1));
        assertThat(victims(claimant(2, ACME, 1, new Standing(Priority.HIGH, false, 0, 9999, 2)), 0, normal))
                .containsExactly(normal);
        assertThat(victims(claimant(2, ACME, 1, new Standing(Priority.LOW, true, 0, 0, 2)), 0, normal))
                .isEmpty();
    }

    @Test
    void what_is_guaranteed_is_taken_back_from_whoever_borrows() {
        Holder borrower = holder(1, BOLT, 1, new Standing(Priority.NORMAL, false, 0, 10, 1));
        assertThat(victims(claimant(2, ACME, 1, new Standing(Priority.NORMAL, true, 0, 9999, 2)), 0, borrower))
                .containsExactly(borrower);
        Holder entitled = holder(1, BOLT, 1, new Standing(Priority.NORMAL, true, 0, 99_999, 1));
        assertThat(victims(claimant(2, ACME, 1, due(0)), 0, entitled)).isEmpty();
    }

    @Test
    void another_tenant_makes_room_only_if_it_still_holds_no_less() {
        Holder holder = holder(1, BOLT, 1, due(5000));
        Claimant claimant = claimant(2, ACME, 1, due(0));
        assertThat(RULE.victims(claimant, List.of(holder), 0, EQUAL)).isEmpty();
        assertThat(RULE.victims(claimant, List.of(holder), 0, UNEQUAL)).containsExactly(holder);
    }

    @Test
    void an_attempt_that_has_just_begun_is_left_alone() {
        Holder young =
                new Holder(job(1), ACME, Shape.ofAnyClass(1), due(5000), LONG_ENOUGH.minusMillis(1), Duration.ZERO, 0);
        assertThat(victims(claimant(2, ACME, 1, due(0)), 0, young)).isEmpty();
    }

    @Test
    void a_job_that_has_made_room_often_enough_is_left_alone() {
        Holder tired = new Holder(job(1), ACME, Shape.ofAnyClass(1), due(5000), LONG_ENOUGH, Duration.ZERO, 2);
        assertThat(victims(claimant(2, ACME, 1, due(0)), 0, tired)).isEmpty();
    }

    @Test
    void whoever_loses_least_work_makes_room() {
        Holder fresh = holder(1, ACME, 1, due(5000));
        Holder unsaved =
                new Holder(job(2), ACME, Shape.ofAnyClass(1), due(9000), LONG_ENOUGH, Duration.ofMinutes(5), 0);
        assertThat(victims(claimant(3, ACME, 1, due(0)), 0, unsaved, fresh)).containsExactly(fresh);
        assertThat(victims(claimant(3, ACME, 2, due(0)), 0, unsaved, fresh)).containsExactly(fresh, unsaved);
    }

    @Test
    void nobody_makes_room_in_vain() {
        Holder small = holder(1, ACME, 1, due(9000));
        Holder large = holder(2, ACME, 4, due(8000));
        assertThat(victims(claimant(3, ACME, 4, due(0)), 0, small, large)).containsExactly(large);
        assertThat(victims(claimant(3, ACME, 8, due(0)), 2, small, large)).isEmpty();
        assertThat(victims(claimant(3, ACME, 7, due(0)), 2, small, large)).containsExactly(small, large);
    }

    /** Kueue #14543, #3779: two jobs must not make room for each other in turn. */
    @Test
    void whoever_made_room_does_not_get_it_back_from_the_one_it_made_it_for() {
        Standing one = new Standing(Priority.NORMAL, false, 0, 1000, 1);
        Standing other = new Standing(Priority.NORMAL, false, 0, 100, 2);
        Holder running = holder(1, ACME, 1, one);
        assertThat(victims(claimant(2, ACME, 1, other), 0, running)).containsExactly(running);
        assertThat(victims(claimant(1, ACME, 1, one), 0, holder(2, ACME, 1, other)))
                .isEmpty();
    }

    @Test
    void a_rule_that_is_none_is_refused() {
        assertThatThrownBy(() -> new Preemption(0.9, Duration.ZERO, 1, Duration.ZERO))
                .hasMessageContaining("0.9");
        assertThatThrownBy(() -> new Preemption(1, Duration.ZERO, -1, Duration.ZERO))
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> due(-1)).hasMessageContaining("-1");
    }

    private static List<Holder> victims(Claimant claimant, int gpusFree, Holder... holders) {
        return RULE.victims(claimant, List.of(holders), gpusFree, EQUAL);
    }

    private static Standing due(long patienceMillis) {
        return new Standing(Priority.NORMAL, false, 0, patienceMillis, 1);
    }

    private static Claimant claimant(int number, Tenant tenant, int gpus, Standing standing) {
        return new Claimant(job(number), tenant, Shape.ofAnyClass(gpus), standing);
    }

    private static Holder holder(int number, Tenant tenant, int gpus, Standing standing) {
        return new Holder(job(number), tenant, Shape.ofAnyClass(gpus), standing, LONG_ENOUGH, Duration.ZERO, 0);
    }
}
