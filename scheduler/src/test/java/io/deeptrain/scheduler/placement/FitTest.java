package io.deeptrain.scheduler.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.WorkerId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FitTest {
    private final Inventory inventory = new Inventory(Workload.UNKNOWN);

    @Test
    void what_is_free_fits_now() {
        worker("a", "a100", 8, "");
        assertThat(inventory.fit(Shape.gpus(8))).isEqualTo(new Fit.Now());
    }

    @Test
    void what_is_larger_than_every_worker_never_fits() {
        worker("a", "a100", 8, "");
        worker("b", "h100", 16, "");
        assertThat(neverWords(Shape.gpus(16).of(GpuClasses.of("a100"))))
                .isEqualTo("needs 16 GPUs of class a100 on one worker; the largest has 8");
        assertThat(neverWords(Shape.gpus(1).of(GpuClasses.of("t4", "p100"))))
                .isEqualTo("needs 1 GPU of class p100 or t4 on one worker; the largest has 0");
    }

    @Test
    void what_is_in_use_or_out_of_service_makes_it_wait() {
        worker("a", "a100", 8, "");
        place(Shape.gpus(5));
        assertThat(notNowWords(Shape.gpus(4)))
                .isEqualTo("needs 4 GPUs of any class on one worker; the most that is free on one is 3");
        inventory.condition(new WorkerId("a"), Condition.CORDONED);
        assertThat(notNowWords(Shape.gpus(3)))
                .isEqualTo("needs 3 GPUs of any class on one worker; the most that is free on one is 0");
    }

    @Test
    void a_gang_is_told_how_many_of_its_workers_there_is_room_for() {
        for (String name : List.of("a", "b", "c", "d")) {
            worker(name, "a100", 8, "r1");
        }
        worker("e", "a100", 8, "r2");
        Shape four = Shape.gang(4, 8).within(Together.RACK);
        assertThat(inventory.fit(four)).isEqualTo(new Fit.Now());
        place(Shape.gpus(1).of(GpuClasses.of("a100")));
        assertThat(notNowWords(four))
                .isEqualTo("needs 4 workers with 8 GPUs of any class each in one rack; there is room for 3 now");
        assertThat(neverWords(Shape.gang(5, 8).within(Together.RACK)))
                .isEqualTo("needs 5 workers with 8 GPUs of any class each in one rack;"
                        + " there is room for 4 even when nothing is in use");
        assertThat(notNowWords(Shape.gang(5, 8)))
                .isEqualTo("needs 5 workers with 8 GPUs of any class each anywhere; there is room for 4 now");
    }

    @Test
    void cpu_memory_and_shares_count_too() {
        inventory.add(new Capacity(new WorkerId("a"), "t4", 1, 8_000, 1_000, Topology.UNKNOWN));
        Shape half = single(new Demand(1, 500, 4_000, 500));
        place(half);
        assertThat(inventory.fit(half)).isEqualTo(new Fit.Now());
        place(half);
        assertThat(notNowWords(half))
                .isEqualTo("needs 500/1000 of a GPU, 4000/1000 CPU cores, 500 MiB of memory of any class on one worker;"
                        + " no worker has so much free");
        assertThat(neverWords(single(new Demand(0, 1000, 8_001, 0)))).endsWith("; no worker has so much");
    }

    private void worker(String name, String gpuClass, int gpus, String rack) {
        inventory.add(Capacity.ofGpus(new WorkerId(name), gpuClass, gpus).at(new Topology(rack, "")));
    }

    private void place(Shape shape) {
        assertThat(inventory.place(shape, Set.of())).isPresent();
    }

    private static Shape single(Demand demand) {
        return new Shape(GpuClasses.ANY, 1, demand, Together.ONE_WORKER);
    }

    private String neverWords(Shape shape) {
        return switch (inventory.fit(shape)) {
            case Fit.Never(var shortage) -> shortage.words();
            case Fit.NotNow _, Fit.Now _ -> "it may fit";
        };
    }

    private String notNowWords(Shape shape) {
        return switch (inventory.fit(shape)) {
            case Fit.NotNow(var shortage) -> shortage.words();
            case Fit.Never _, Fit.Now _ -> "never, or now";
        };
    }
}
