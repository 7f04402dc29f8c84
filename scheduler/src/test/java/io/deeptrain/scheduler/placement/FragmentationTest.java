package io.deeptrain.scheduler.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class FragmentationTest {
    private static final int PLENTY = 1_000_000;
    private static final Demand HALF = new Demand(1, 500, 4_000, 0);

    @Test
    void room_that_the_typical_job_can_use_is_not_stranded() {
        assertThat(stranded(List.of(Demand.gpus(1)), PLENTY, 1000, 1000)).isZero();
    }

    @Test
    void room_too_small_for_the_typical_job_is_stranded_and_an_opened_gpu_a_little_more() {
        assertThat(stranded(List.of(Demand.gpus(1)), PLENTY, 1000, 300)).isEqualTo(300 + Fragmentation.OPENED);
        assertThat(stranded(List.of(HALF), PLENTY, 499)).isEqualTo(499 + Fragmentation.OPENED);
        assertThat(stranded(List.of(HALF), PLENTY, 500)).isEqualTo(Fragmentation.OPENED);
        assertThat(stranded(List.of(Demand.gpus(2)), PLENTY, 1000)).isEqualTo(1000);
    }

    @Test
    void room_that_cpu_does_not_suffice_for_is_stranded() {
        assertThat(stranded(List.of(HALF), 8_000, 1000)).isZero();
        assertThat(stranded(List.of(HALF), 4_000, 1000)).isEqualTo(500);
        assertThat(stranded(List.of(HALF), 3_999, 1000)).isEqualTo(1000);
        assertThat(stranded(List.of(new Demand(1, 1000, 4_000, 0)), 4_000, 1000, 1000))
                .isEqualTo(1000);
    }

    @Test
    void each_demand_counts_by_its_part_of_the_workload() {
        assertThat(stranded(List.of(HALF, HALF, HALF, Demand.gpus(2)), PLENTY, 1000))
                .isEqualTo(250);
    }

    @Test
    void rare_demands_and_those_without_gpu_do_not_count() {
        Demand noGpu = new Demand(0, 1000, 1_000, 0);
        List<Demand> sample = new ArrayList<>(Collections.nCopies(300, HALF));
        sample.add(Demand.gpus(2));
        sample.addAll(Collections.nCopies(100, noGpu));
        assertThat(Workload.of(sample)).isEqualTo(new Workload(List.of(new Workload.Typical(HALF, 1))));
    }

    @Test
    void nothing_is_stranded_when_nothing_is_free_or_nothing_is_known() {
        assertThat(stranded(List.of(Demand.gpus(1)), PLENTY, 0)).isZero();
        assertThat(new Fragmentation(Workload.UNKNOWN).stranded(new int[] {1000}, PLENTY, PLENTY))
                .isZero();
    }

    private static double stranded(List<Demand> sample, int freeCpuMilli, int... free) {
        return new Fragmentation(Workload.of(sample)).stranded(free, freeCpuMilli, PLENTY);
    }
}
