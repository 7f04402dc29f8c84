package io.deeptrain.scheduler.queue;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.job;
import static io.deeptrain.scheduler.queue.Shape.ANY_CLASS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobQueueTest {
    private static final Shape ONE_GPU = Shape.ofAnyClass(1);
    private static final Duration OVERDUE_AFTER = Patience.STANDARD.overdueAfter();
    private static final Tenant ACME_TREES = new Tenant("acme", "trees");

    private final JobQueue queue = queue(QueueSettings.STANDARD);

    @Test
    void among_jobs_that_are_due_at_once_the_first_to_come_is_the_first_to_go() {
        add(queue, 2, ACME, 1);
        add(queue, 1, ACME, 1);
        assertThat(takeAll(queue)).containsExactly(job(1), job(2));
    }

    @Test
    void a_short_job_goes_before_a_long_one_that_came_earlier() {
        add(queue, 1, ACME, T0, Duration.ofHours(9));
        add(queue, 2, ACME, T0.plusSeconds(60), Duration.ofMinutes(1));
        assertThat(takeAll(queue)).containsExactly(job(2), job(1));
    }

    @Test
    void a_long_job_that_has_waited_for_three_times_as_long_as_it_takes_goes_before_a_short_one() {
        add(queue, 1, ACME, T0, Duration.ofHours(9));
        add(queue, 2, ACME, T0.plus(Duration.ofHours(27)), Duration.ofSeconds(1));
        assertThat(takeAll(queue)).containsExactly(job(1), job(2));
    }

    @Test
    void nobody_who_comes_later_than_the_longest_patience_goes_first_however_urgent() {
        JobQueue mixed =
                queue(QueueSettings.STANDARD.withTenant(ACME, QueueLimits.STANDARD.withPriority(Priority.LOW)));
        long slowest = mixed.dueMillis(ACME, T0, new RemainingWork(Long.MAX_VALUE));
        Instant later = T0.plus(Patience.STANDARD.max(Priority.LOW));
        assertThat(slowest).isEqualTo(later.toEpochMilli());
        assertThat(Patience.STANDARD.millis(new RemainingWork(0), Priority.CRITICAL))
                .isZero();
        assertThat(Patience.STANDARD.millis(new RemainingWork(7000), Priority.HIGH))
                .isEqualTo(Duration.ofDays(10).plusSeconds(21).toMillis());
    }

    @Test
    void a_tenant_with_a_few_jobs_does_not_wait_behind_one_with_many() {
        for (int number = 1; number <= 6; number++) {
            add(queue, number, ACME, 1);
        }
        add(queue, 7, BOLT, 1);
        add(queue, 8, BOLT, 1);
        assertThat(takeAll(queue)).containsExactly(job(1), job(7), job(2), job(8), job(3), job(4), job(5), job(6));
    }

    @Test
    void the_apps_of_a_user_count_together_also_if_one_of_them_has_limits_and_nobody_waited_for_an_hour() {
        JobQueue named = new JobQueue(QueueSettings.STANDARD.withTenant(ACME, QueueLimits.STANDARD.withRunningMax(10)));
        named.advanceTo(T0);
        named.began(ACME, Shape.ofAnyClass(2));
        named.began(BOLT, ONE_GPU);
        add(named, 1, ACME_TREES, 1);
        add(named, 2, BOLT, 1);
        assertThat(takeAll(named)).containsExactly(job(2), job(1));
    }

    @Test
    void a_tenant_of_double_weight_gets_double() {
        JobQueue weighted = queue(QueueSettings.STANDARD.withUser(
                "bolt", new Member(Member.NO_GROUP, QueueLimits.STANDARD.withWeight(2))));
        for (int number = 1; number <= 3; number++) {
            add(weighted, number, ACME, 1);
            add(weighted, number + 10, BOLT, 1);
        }
        assertThat(takeAll(weighted)).containsExactly(job(1), job(11), job(12), job(2), job(13), job(3));
    }

    @Test
    void a_user_gets_no_more_by_having_more_apps() {
        for (int number = 1; number <= 4; number++) {
            add(queue, number, number % 2 == 0 ? ACME : ACME_TREES, 1);
            add(queue, number + 10, BOLT, 1);
        }
        assertThat(takeAll(queue)).containsExactly(job(1), job(11), job(2), job(12), job(3), job(13), job(4), job(14));
    }

    @Test
    void groups_share_before_their_users_do() {
        Member inLab = new Member("lab", QueueLimits.STANDARD);
        JobQueue grouped = queue(QueueSettings.STANDARD
                .withGroup("lab", Member.STANDARD)
                .withUser("acme", inLab)
                .withUser("bolt", inLab));
        Tenant alone = new Tenant("cork", "wine");
        for (int number = 1; number <= 2; number++) {
            add(grouped, number, ACME, 1);
            add(grouped, number + 10, BOLT, 1);
            add(grouped, number + 20, alone, 1);
        }
        assertThat(takeAll(grouped)).containsExactly(job(1), job(21), job(11), job(22), job(2), job(12));
    }

    @Test
    void whoever_is_within_a_guarantee_goes_before_whoever_borrows_even_with_less() {
        JobQueue promised = queue(QueueSettings.STANDARD.withTenant(
                ACME, QueueLimits.STANDARD.withQuota(ANY_CLASS, Quota.guaranteeing(2))));
        promised.resize(ANY_CLASS, 4);
        for (int number = 1; number <= 3; number++) {
            add(promised, number, ACME, 1);
            add(promised, number + 10, BOLT, 1);
        }
        assertThat(takeAll(promised)).startsWith(job(1), job(2), job(11), job(12));
    }

    @Test
    void nobody_borrows_more_than_allowed() {
        JobQueue strict = queue(QueueSettings.STANDARD.withTenant(
                ACME, QueueLimits.STANDARD.withQuota(ANY_CLASS, new Quota(1, 1, Integer.MAX_VALUE))));
        strict.resize(ANY_CLASS, 8);
        for (int number = 1; number <= 3; number++) {
            add(strict, number, ACME, 1);
        }
        assertThat(takeAll(strict)).containsExactly(job(1), job(2));
    }

    @Test
    void what_is_not_lent_is_kept_for_its_owner() {
        JobQueue keeping = queue(QueueSettings.STANDARD.withTenant(
                ACME, QueueLimits.STANDARD.withQuota(ANY_CLASS, new Quota(3, Integer.MAX_VALUE, 1))));
        keeping.resize(ANY_CLASS, 4);
        for (int number = 11; number <= 15; number++) {
            add(keeping, number, BOLT, 1);
        }
        assertThat(takeAll(keeping)).containsExactly(job(11), job(12));
        add(keeping, 1, ACME, 2);
        assertThat(keeping.next(room(4)).map(Ticket::jobId)).contains(job(1));
    }

    @Test
    void a_group_lends_what_its_members_lend_and_no_more() {
        Member inLab = new Member(
                "lab", QueueLimits.STANDARD.withQuota(ANY_CLASS, new Quota(2, Integer.MAX_VALUE, Integer.MAX_VALUE)));
        JobQueue grouped = queue(QueueSettings.STANDARD
                .withGroup(
                        "lab",
                        new Member(Member.NO_GROUP, QueueLimits.STANDARD.withQuota(ANY_CLASS, new Quota(0, 0, 1))))
                .withUser("acme", inLab)
                .withUser("dent", inLab));
        grouped.resize(ANY_CLASS, 4);
        for (int number = 11; number <= 14; number++) {
            add(grouped, number, BOLT, 1);
        }
        // The lab has 4 and lends 1 of them to those outside.
        assertThat(takeAll(grouped)).containsExactly(job(11));
        for (int number = 1; number <= 4; number++) {
            add(grouped, number, ACME, 1);
        }
        assertThat(takeAll(grouped)).containsExactly(job(1), job(2), job(3));
    }

    @Test
    void the_share_that_counts_is_that_of_the_class_of_which_most_is_held() {
        queue.resize("big", 2);
        queue.resize("small", 100);
        queue.began(ACME, new Shape("big", 1));
        queue.began(BOLT, new Shape("small", 20));
        add(queue, 1, ACME, ONE_GPU);
        add(queue, 2, BOLT, ONE_GPU);
        assertThat(queue.next(room(1)).map(Ticket::jobId)).contains(job(2));
    }

    @Test
    void no_more_jobs_run_at_once_than_a_tenant_is_allowed() {
        JobQueue capped = queue(QueueSettings.STANDARD.withTenant(ACME, QueueLimits.STANDARD.withRunningMax(2)));
        for (int number = 1; number <= 3; number++) {
            add(capped, number, ACME, 1);
        }
        assertThat(takeAll(capped)).containsExactly(job(1), job(2));
        capped.ended(ACME, ONE_GPU, Duration.ZERO);
        assertThat(capped.next(room(1)).map(Ticket::jobId)).contains(job(3));
    }

    @Test
    void among_tenants_that_hold_nothing_the_one_that_used_less_goes_first() {
        use(ACME, Duration.ofMinutes(10));
        use(BOLT, Duration.ofMinutes(9));
        add(queue, 1, ACME, 1);
        add(queue, 2, BOLT, 1);
        assertThat(queue.next(room(1)).map(Ticket::jobId)).contains(job(2));
    }

    @Test
    void what_was_used_counts_half_after_an_hour_and_in_the_end_not_at_all() {
        TenantUse before = use(ACME, Duration.ofMinutes(10));
        queue.advanceTo(T0.plusSeconds(3599));
        assertThat(use(ACME, Duration.ZERO).gpuMillis()).isEqualTo(before.gpuMillis());
        queue.advanceTo(T0.plusSeconds(3600));
        assertThat(use(ACME, Duration.ZERO).gpuMillis()).isEqualTo(before.gpuMillis() / 2);
        queue.advanceTo(T0.plusSeconds(100 * 3600));
        assertThat(use(ACME, Duration.ZERO).gpuMillis()).isZero();
    }

    @Test
    void what_a_user_used_in_one_app_counts_in_another_also_an_hour_later() {
        use(ACME, Duration.ofMinutes(10));
        queue.advanceTo(T0.plusSeconds(3600));
        use(BOLT, Duration.ofMinutes(1));
        add(queue, 1, ACME_TREES, 1);
        add(queue, 2, BOLT, 1);
        assertThat(queue.next(room(1)).map(Ticket::jobId)).contains(job(2));
    }

    @Test
    void use_that_is_recalled_counts_as_if_it_had_never_been_forgotten() {
        TenantUse remembered = use(ACME, Duration.ofMinutes(10));
        JobQueue restored = new JobQueue(QueueSettings.STANDARD);
        restored.recall(Map.of(ACME, remembered));
        restored.advanceTo(T0);
        add(restored, 1, ACME, 1);
        add(restored, 2, BOLT, 1);
        assertThat(restored.next(room(1)).map(Ticket::jobId)).contains(job(2));
        restored.began(ACME, ONE_GPU);
        assertThat(restored.ended(ACME, ONE_GPU, Duration.ZERO)).isEqualTo(remembered);
    }

    @Test
    void a_job_that_fits_nowhere_does_not_block_a_smaller_one() {
        add(queue, 1, ACME, 8);
        add(queue, 2, ACME, 1);
        assertThat(queue.next(room(4)).map(Ticket::jobId)).contains(job(2));
        assertThat(queue.next(room(8)).map(Ticket::jobId)).contains(job(1));
        assertThat(queue.next(room(0))).isEmpty();
    }

    @Test
    void what_gets_free_is_kept_for_a_job_that_is_overdue() {
        Ticket large = add(queue, 1, ACME, 8);
        add(queue, 2, BOLT, 1);
        queue.advanceTo(
                Instant.ofEpochMilli(large.dueMillis()).plus(OVERDUE_AFTER).minusMillis(1));
        assertThat(queue.next(room(7)).map(Ticket::jobId)).contains(job(2));
        queue.advanceTo(Instant.ofEpochMilli(large.dueMillis()).plus(OVERDUE_AFTER));
        assertThat(queue.next(room(7))).isEmpty();
        assertThat(queue.next(room(8)).map(Ticket::jobId)).contains(job(1));
    }

    @Test
    void a_job_that_can_never_run_blocks_nobody_however_overdue() {
        add(queue, 1, ACME, 64);
        add(queue, 2, BOLT, 1);
        queue.advanceTo(T0.plus(Duration.ofDays(100)));
        assertThat(queue.next(room(8)).map(Ticket::jobId)).contains(job(2));
        JobQueue strict = queue(QueueSettings.STANDARD.withTenant(
                ACME, QueueLimits.STANDARD.withQuota(ANY_CLASS, new Quota(1, 1, Integer.MAX_VALUE))));
        add(strict, 1, ACME, 4);
        add(strict, 2, BOLT, 1);
        strict.advanceTo(T0.plus(Duration.ofDays(100)));
        assertThat(strict.next(room(2)).map(Ticket::jobId)).contains(job(2));
    }

    @Test
    void nobody_is_next_before_the_back_off_is_over() {
        Ticket ticket = ticket(queue, 1, ACME, ONE_GPU, T0, Duration.ZERO);
        queue.add(ticket, T0.plusSeconds(1));
        queue.advanceTo(T0.plusSeconds(1).minusNanos(1));
        assertThat(queue.next(room(1))).isEmpty();
        assertThat(queue.backingOffCount()).isEqualTo(1);
        queue.advanceTo(T0.plusSeconds(1));
        assertThat(queue.next(room(1))).contains(ticket);
        assertThat(queue.readyCount()).isEqualTo(1);
    }

    @Test
    void whoever_leaves_the_queue_is_never_next() {
        Ticket ready = add(queue, 1, ACME, 1);
        Ticket waiting = ticket(queue, 2, ACME, ONE_GPU, T0, Duration.ZERO);
        queue.add(waiting, T0.plusSeconds(1));
        assertThat(queue.gpusAsked()).isEqualTo(2);
        queue.remove(ready, T0);
        queue.remove(waiting, T0.plusSeconds(1));
        assertThat(queue.gpusAsked()).isZero();
        queue.advanceTo(T0.plusSeconds(1));
        assertThat(queue.next(room(1))).isEmpty();
        assertThat(queue.readyCount()).isZero();
        assertThatThrownBy(() -> queue.remove(ready, T0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_tree_that_is_none_is_refused_with_what_is_wrong() {
        assertThatThrownBy(() -> QueueSettings.STANDARD.withUser("acme", new Member("lab", QueueLimits.STANDARD)))
                .hasMessageContaining(
                        "user acme cannot belong to the group lab: a group that is there, of [] would be right");
        QueueSettings chain = QueueSettings.STANDARD
                .withGroup("a", Member.STANDARD)
                .withGroup("b", new Member("a", QueueLimits.STANDARD));
        assertThatThrownBy(() -> chain.withGroup("a", new Member("b", QueueLimits.STANDARD)))
                .hasMessageContaining("a group that does not lie within itself would be right");
        assertThatThrownBy(() -> QueueLimits.STANDARD.withWeight(0)).hasMessageContaining("must be positive: 0");
        assertThatThrownBy(() -> new Quota(-1, 0, 0)).hasMessageContaining("-1, 0, 0");
    }

    private TenantUse use(Tenant tenant, Duration held) {
        queue.began(tenant, ONE_GPU);
        return queue.ended(tenant, ONE_GPU, held);
    }

    private static JobQueue queue(QueueSettings settings) {
        JobQueue queue = new JobQueue(settings);
        queue.advanceTo(T0);
        return queue;
    }

    private static Ticket add(JobQueue queue, int number, Tenant tenant, int gpus) {
        return add(queue, number, tenant, Shape.ofAnyClass(gpus));
    }

    private static Ticket add(JobQueue queue, int number, Tenant tenant, Shape shape) {
        Ticket ticket = ticket(queue, number, tenant, shape, T0, Duration.ZERO);
        queue.add(ticket, T0);
        return ticket;
    }

    private static void add(JobQueue queue, int number, Tenant tenant, Instant askedAt, Duration estimate) {
        queue.add(ticket(queue, number, tenant, ONE_GPU, askedAt, estimate), T0);
    }

    private static Ticket ticket(
            JobQueue queue, int number, Tenant tenant, Shape shape, Instant askedAt, Duration estimate) {
        RemainingWork work = RemainingWork.of(estimate, Duration.ZERO, shape.gpus());
        return new Ticket(job(number), tenant, shape, queue.dueMillis(tenant, askedAt, work), number);
    }

    /** A fleet that has this many GPUs free, and none in use. */
    private static Room room(int gpus) {
        return new Room() {
            @Override
            public boolean has(Shape shape) {
                return shape.gpus() <= gpus;
            }

            @Override
            public boolean canEverHave(Shape shape) {
                return shape.gpus() <= 8;
            }
        };
    }

    /** Everybody in turn who needs one GPU, while nobody gives anything back. */
    private static List<JobId> takeAll(JobQueue queue) {
        List<JobId> order = new ArrayList<>();
        Optional<Ticket> next = queue.next(room(1));
        while (next.isPresent()) {
            queue.remove(next.get(), T0);
            queue.began(next.get().tenant(), next.get().shape());
            order.add(next.get().jobId());
            next = queue.next(room(1));
        }
        return order;
    }
}
