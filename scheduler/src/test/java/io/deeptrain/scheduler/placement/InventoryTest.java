package io.deeptrain.scheduler.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.WorkerId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InventoryTest {
    private static final Set<WorkerId> NONE = Set.of();
    private static final Demand HALF = new Demand(1, 500, 0, 0);
    private static final Demand THIRD = new Demand(1, 300, 0, 0);

    private final Inventory inventory = new Inventory(Workload.of(List.of(HALF, Demand.gpus(1))));

    @Test
    void two_halves_share_one_gpu_and_leave_the_other_whole() {
        add("a", 2);
        place(share(HALF));
        place(share(HALF));
        assertThat(inventory.wholeGpusFree(worker("a"))).isEqualTo(1);
        assertThat(inventory.place(share(HALF), NONE)).isPresent();
        assertThat(inventory.place(Shape.gpus(1), NONE)).isEmpty();
    }

    @Test
    void a_share_goes_where_it_strands_the_least() {
        add("a", 1);
        add("b", 1);
        place(share(THIRD));
        Grant half = place(share(HALF));
        assertThat(half.parts()).containsExactly(new Grant.Part(worker("a"), 1, List.of(0)));
    }

    @Test
    void cpu_and_memory_bound_what_a_worker_takes() {
        inventory.add(new Capacity(worker("a"), "t4", 4, 8_000, 1_000, Topology.UNKNOWN));
        Shape greedy = new Shape(GpuClasses.ANY, 1, new Demand(1, 1000, 6_000, 0), Together.ONE_WORKER);
        Grant first = place(greedy);
        assertThat(inventory.place(greedy, NONE)).isEmpty();
        inventory.release(first);
        assertThat(inventory.place(greedy, NONE)).isPresent();
        Shape hungry = new Shape(GpuClasses.ANY, 1, new Demand(1, 1000, 0, 1_001), Together.ONE_WORKER);
        assertThat(inventory.place(hungry, NONE)).isEmpty();
    }

    @Test
    void a_gang_that_cpu_limits_is_spread_over_the_workers_that_have_enough() {
        for (String name : List.of("a", "b")) {
            inventory.add(new Capacity(worker(name), "t4", 4, 8_000, 1_000, Topology.UNKNOWN));
        }
        Demand each = new Demand(1, 1000, 4_000, 0);
        Shape gang = new Shape(GpuClasses.ANY, 4, each, Together.ANYWHERE);
        assertThat(place(gang).parts())
                .containsExactly(
                        new Grant.Part(worker("a"), 2, List.of(0, 1)), new Grant.Part(worker("b"), 2, List.of(0, 1)));
        assertThat(inventory.place(new Shape(GpuClasses.ANY, 2, each, Together.ANYWHERE), NONE))
                .isEmpty();
    }

    @Test
    void work_that_needs_no_gpu_is_placed_by_cpu() {
        inventory.add(new Capacity(worker("a"), "t4", 1, 8_000, 1_000, Topology.UNKNOWN));
        Shape noGpu = new Shape(GpuClasses.ANY, 1, new Demand(0, 1000, 8_000, 0), Together.ONE_WORKER);
        assertThat(place(noGpu).parts()).containsExactly(new Grant.Part(worker("a"), 1, List.of()));
        assertThat(inventory.place(noGpu, NONE)).isEmpty();
    }

    @Test
    void a_worker_that_is_not_in_service_gets_nothing_and_keeps_what_it_has() {
        add("a", 2);
        Grant before = place(Shape.gpus(1));
        for (Condition condition : List.of(Condition.CORDONED, Condition.DRAINING)) {
            inventory.condition(worker("a"), condition);
            assertThat(inventory.place(Shape.gpus(1), NONE))
                    .as(condition.words())
                    .isEmpty();
            assertThat(inventory.place(share(HALF), NONE)).as(condition.words()).isEmpty();
            assertThat(inventory.grants()).containsExactly(before);
        }
        inventory.condition(worker("a"), Condition.IN_SERVICE);
        assertThat(inventory.place(Shape.gpus(1), NONE)).isPresent();
    }

    @Test
    void a_gpu_that_is_out_of_service_is_not_given() {
        add("a", 2);
        inventory.gpuInService(worker("a"), 0, false);
        assertThat(place(Shape.gpus(1)).parts()).containsExactly(new Grant.Part(worker("a"), 1, List.of(1)));
        assertThat(inventory.place(Shape.gpus(1), NONE)).isEmpty();
        assertThat(inventory.place(share(HALF), NONE)).isEmpty();
        inventory.gpuInService(worker("a"), 0, true);
        assertThat(inventory.place(share(HALF), NONE)).isPresent();
        assertThatThrownBy(() -> inventory.gpuInService(worker("a"), 2, false))
                .hasMessage("gpu of a must be from 0 to 1: 2");
    }

    @Test
    void a_worker_that_failed_too_often_is_out_until_its_back_off_is_over_even_if_it_restarts() {
        add("a", 1);
        assertThat(inventory.faulted(worker("a"), 0)).isFalse();
        assertThat(inventory.faulted(worker("a"), 1)).isFalse();
        assertThat(inventory.faulted(worker("a"), 2)).isTrue();
        assertThat(inventory.place(Shape.gpus(1), NONE)).isEmpty();
        inventory.remove(worker("a"));
        add("a", 1);
        long back = 2 + QuarantineRule.STANDARD.backOff().toNanos();
        inventory.endBackOffs(back - 1);
        assertThat(inventory.place(Shape.gpus(1), NONE)).isEmpty();
        inventory.endBackOffs(back);
        inventory.release(place(Shape.gpus(1)));
        assertThat(inventory.faulted(worker("a"), back)).isTrue();
        assertThat(inventory.place(Shape.gpus(1), NONE)).isEmpty();
    }

    @Test
    void a_gpu_that_failed_too_often_is_out_alone() {
        add("a", 2);
        for (int time = 0; time < 3; time++) {
            assertThat(inventory.faulted(worker("a"), 0, time)).isEqualTo(time == 2);
        }
        assertThat(place(Shape.gpus(1)).parts()).containsExactly(new Grant.Part(worker("a"), 1, List.of(1)));
        assertThat(inventory.place(share(HALF), NONE)).isEmpty();
        inventory.endBackOffs(2 + QuarantineRule.STANDARD.backOff().toNanos());
        assertThat(inventory.place(share(HALF), NONE)).isPresent();
    }

    @Test
    void a_cordon_outlasts_a_quarantine() {
        add("a", 1);
        for (int time = 0; time < 3; time++) {
            inventory.faulted(worker("a"), time);
        }
        inventory.condition(worker("a"), Condition.CORDONED);
        inventory.endBackOffs(Long.MAX_VALUE);
        assertThat(inventory.place(Shape.gpus(1), NONE)).isEmpty();
        inventory.condition(worker("a"), Condition.IN_SERVICE);
        assertThat(inventory.place(Shape.gpus(1), NONE)).isPresent();
    }

    @Test
    void what_a_lost_worker_held_is_lost_also_on_the_others() {
        add("a", 2);
        add("b", 2);
        Grant gang = place(Shape.gang(2, 2));
        assertThat(inventory.remove(worker("a"))).containsExactly(gang);
        assertThat(inventory.wholeGpusFree(worker("b"))).isEqualTo(2);
        assertThatThrownBy(() -> inventory.release(gang)).hasMessageStartingWith("not a grant that is in use");
    }

    @Test
    void a_share_avoids_workers_if_it_can() {
        add("a", 1);
        add("b", 1);
        assertThat(inventory
                        .place(share(HALF), Set.of(worker("a")))
                        .map(grant -> grant.parts().getFirst().workerId()))
                .contains(worker("b"));
        assertThat(inventory
                        .place(share(new Demand(1, 900, 0, 0)), Set.of(worker("a")))
                        .map(grant -> grant.parts().getFirst().workerId()))
                .contains(worker("a"));
    }

    @Test
    void a_job_gets_only_a_class_that_it_accepts() {
        inventory.add(Capacity.ofGpus(worker("a"), "t4", 2));
        inventory.add(Capacity.ofGpus(worker("h"), "h100", 4));
        assertThat(place(share(HALF).of(GpuClasses.of("h100")))
                        .parts()
                        .getFirst()
                        .workerId())
                .isEqualTo(worker("h"));
        assertThat(place(Shape.gpus(2).of(GpuClasses.of("h100")))
                        .parts()
                        .getFirst()
                        .workerId())
                .isEqualTo(worker("h"));
        assertThat(inventory.place(Shape.gpus(1).of(GpuClasses.of("p100")), NONE))
                .isEmpty();
    }

    private void add(String name, int gpus) {
        inventory.add(Capacity.ofGpus(worker(name), "any", gpus));
    }

    private Grant place(Shape shape) {
        Optional<Grant> grant = inventory.place(shape, NONE);
        assertThat(grant).as("a place for %s", shape).isPresent();
        return grant.orElseThrow();
    }

    private static Shape share(Demand demand) {
        return new Shape(GpuClasses.ANY, 1, demand, Together.ONE_WORKER);
    }

    private static WorkerId worker(String name) {
        return new WorkerId(name);
    }
}
