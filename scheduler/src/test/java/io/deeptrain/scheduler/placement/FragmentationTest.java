package io.deeptrain.scheduler.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class FragmentationTest {
    private static final int PLENTY = 1_000_000;
    private static final Demand HALF = new Demand(1, 500, 4_000, 0);

    @Test
    void a_gpu_in_part_in_use_is_a_little_stranded_and_one_that_nobody_opened_a_little_less_than_not() {
        assertThat(stranded(List.of(HALF), PLENTY, 1000, 1000)).isEqualTo(-2 * Fragmentation.OPENED);
        assertThat(stranded(List.of(HALF), PLENTY, 500)).isEqualTo(Fragmentation.IN_PART);
        assertThat(stranded(List.of(HALF), PLENTY, 0)).isZero();
    }

    @Test
    void room_too_small_for_the_demand_is_stranded() {
        assertThat(stranded(List.of(HALF), PLENTY, 499)).isEqualTo(499 + Fragmentation.IN_PART);
        assertThat(stranded(List.of(Demand.gpus(2)), PLENTY, 1000)).isEqualTo(1000 - Fragmentation.OPENED);
        assertThat(stranded(List.of(Demand.gpus(2)), PLENTY, 1000, 1000)).isEqualTo(-2 * Fragmentation.OPENED);
    }

    @Test
    void room_without_cpu_is_stranded_and_room_beyond_it_by_half() {
        Demand oneGpu = new Demand(1, 1000, 4_000, 0);
        assertThat(stranded(List.of(HALF), 8_000, 500, 500)).isEqualTo(2 * Fragmentation.IN_PART);
        assertThat(stranded(List.of(HALF), 7_999, 500, 500)).isEqualTo(250 + 2 * Fragmentation.IN_PART);
        assertThat(stranded(List.of(HALF), 3_999, 500, 500)).isEqualTo(1000 + 2 * Fragmentation.IN_PART);
        assertThat(stranded(List.of(oneGpu), 4_000, 1000, 1000)).isEqualTo(500 - 2 * Fragmentation.OPENED);
    }

    @Test
    void memory_counts_as_cpu_does() {
        Fragmentation fragmentation = new Fragmentation(Workload.of(List.of(new Demand(1, 500, 0, 100))));
        assertThat(fragmentation.stranded(new int[] {400, 600}, PLENTY, 99))
                .isEqualTo(1000 + 2 * Fragmentation.IN_PART);
        assertThat(fragmentation.stranded(new int[] {400, 600}, PLENTY, 100))
                .isEqualTo(400 + 2 * Fragmentation.IN_PART);
    }

    @Test
    void each_demand_counts_by_the_jobs_that_are_lost_however_common_it_is() {
        // Of 500 thousandths, twice as many jobs are lost as of 1,000: two thirds of the weight.
        assertThat(stranded(List.of(HALF, Demand.gpus(1), Demand.gpus(1)), PLENTY, 499, 501))
                .isCloseTo(1000 / 3.0 + 499 * 2 / 3.0 + 2 * Fragmentation.IN_PART, within(1e-9));
    }

    @Test
    void demands_without_gpu_do_not_count() {
        Demand noGpu = new Demand(0, 1000, 1_000, 0);
        assertThat(Workload.of(List.of(HALF, noGpu, HALF))).isEqualTo(new Workload(List.of(HALF)));
    }

    private static double stranded(List<Demand> sample, int freeCpuMilli, int... free) {
        return new Fragmentation(Workload.of(sample)).stranded(free, freeCpuMilli, PLENTY);
    }
}
