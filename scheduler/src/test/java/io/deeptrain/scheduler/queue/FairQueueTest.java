package io.deeptrain.scheduler.queue;

import static io.deeptrain.scheduler.job.Jobs.ACME;
import static io.deeptrain.scheduler.job.Jobs.BOLT;
import static io.deeptrain.scheduler.job.Jobs.T0;
import static io.deeptrain.scheduler.job.Jobs.job;
import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FairQueueTest {
    private final FairQueue queue = new FairQueue(Map.of());

    @Test
    void among_one_tenants_jobs_the_first_to_come_is_the_first_to_go() {
        add(queue, 2, ACME, 1);
        add(queue, 1, ACME, 1);
        assertThat(takeAll(queue)).containsExactly(job(1), job(2));
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
    void a_tenant_of_double_weight_gets_double() {
        FairQueue weighted = new FairQueue(Map.of(BOLT, 2));
        for (int number = 1; number <= 3; number++) {
            add(weighted, number, ACME, 1);
            add(weighted, number + 10, BOLT, 1);
        }
        assertThat(takeAll(weighted)).containsExactly(job(1), job(11), job(12), job(2), job(13), job(3));
    }

    @Test
    void among_tenants_that_hold_nothing_the_one_that_used_less_goes_first() {
        use(ACME, Duration.ofMinutes(10));
        use(BOLT, Duration.ofMinutes(9));
        add(queue, 1, ACME, 1);
        add(queue, 2, BOLT, 1);
        assertThat(queue.next(1).map(Ticket::jobId)).contains(job(2));
    }

    @Test
    void what_was_used_counts_half_after_an_hour_and_in_the_end_not_at_all() {
        queue.decayTo(T0);
        TenantUse before = use(ACME, Duration.ofMinutes(10));
        queue.decayTo(T0.plusSeconds(3599));
        assertThat(use(ACME, Duration.ZERO).gpuMillis()).isEqualTo(before.gpuMillis());
        queue.decayTo(T0.plusSeconds(3600));
        assertThat(use(ACME, Duration.ZERO).gpuMillis()).isEqualTo(before.gpuMillis() / 2);
        queue.decayTo(T0.plusSeconds(100 * 3600));
        assertThat(use(ACME, Duration.ZERO).gpuMillis()).isZero();
    }

    @Test
    void use_that_is_recalled_counts_as_if_it_had_never_been_forgotten() {
        queue.decayTo(T0);
        TenantUse remembered = use(ACME, Duration.ofMinutes(10));
        FairQueue restored = new FairQueue(Map.of());
        restored.recall(Map.of(ACME, remembered));
        add(restored, 1, ACME, 1);
        add(restored, 2, BOLT, 1);
        assertThat(restored.next(1).map(Ticket::jobId)).contains(job(2));
        assertThat(restored.ended(ACME, 1, Duration.ZERO)).isEqualTo(remembered);
    }

    @Test
    void a_job_that_fits_nowhere_does_not_block_a_smaller_one() {
        add(queue, 1, ACME, 8);
        add(queue, 2, ACME, 1);
        assertThat(queue.next(4).map(Ticket::jobId)).contains(job(2));
        assertThat(queue.next(8).map(Ticket::jobId)).contains(job(1));
        assertThat(queue.next(0)).isEmpty();
    }

    @Test
    void nobody_is_next_before_the_back_off_is_over() {
        Ticket ticket = new Ticket(job(1), ACME, 1, 1);
        queue.add(ticket, T0.plusSeconds(1), T0);
        queue.endBackOffs(T0.plusSeconds(1).minusNanos(1));
        assertThat(queue.next(1)).isEmpty();
        assertThat(queue.backingOffCount()).isEqualTo(1);
        queue.endBackOffs(T0.plusSeconds(1));
        assertThat(queue.next(1)).contains(ticket);
        assertThat(queue.readyCount()).isEqualTo(1);
    }

    @Test
    void whoever_leaves_the_queue_is_never_next() {
        Ticket ready = add(queue, 1, ACME, 1);
        Ticket waiting = new Ticket(job(2), ACME, 1, 2);
        queue.add(waiting, T0.plusSeconds(1), T0);
        assertThat(queue.gpusAsked()).isEqualTo(2);
        queue.remove(ready, T0);
        queue.remove(waiting, T0.plusSeconds(1));
        assertThat(queue.gpusAsked()).isZero();
        queue.endBackOffs(T0.plusSeconds(1));
        assertThat(queue.next(1)).isEmpty();
        assertThat(queue.readyCount()).isZero();
    }

    private TenantUse use(Tenant tenant, Duration held) {
        queue.began(tenant, 1);
        return queue.ended(tenant, 1, held);
    }

    private static Ticket add(FairQueue queue, int number, Tenant tenant, int gpus) {
        Ticket ticket = new Ticket(job(number), tenant, gpus, number);
        queue.add(ticket, T0, T0);
        return ticket;
    }

    /** Everybody in turn, while nobody gives anything back. */
    private static List<JobId> takeAll(FairQueue queue) {
        List<JobId> order = new ArrayList<>();
        Optional<Ticket> next = queue.next(1);
        while (next.isPresent()) {
            queue.remove(next.get(), T0);
            queue.began(next.get().tenant(), 1);
            order.add(next.get().jobId());
            next = queue.next(1);
        }
        return order;
    }
}
