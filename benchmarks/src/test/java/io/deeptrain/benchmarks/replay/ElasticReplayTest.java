package io.deeptrain.benchmarks.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ElasticReplayTest {
    /** Four thousand GPU-seconds, however they are divided. */
    private static final TracedJob LONG = new TracedJob("long", 0, 4, placement -> 4_000.0 / gpusOf(placement));

    private static final TracedJob SHORT = new TracedJob("short", 100, 2, placement -> 200.0 / gpusOf(placement));

    @Test
    void a_job_alone_has_all_that_it_can_use() {
        assertThat(run(List.of(LONG))).isEqualTo(new Completions(List.of(1_030_000L), 0));
    }

    @Test
    void a_job_gives_gpus_to_another_one_and_takes_them_back_when_that_is_done() {
        // After 70 of 1,000 s it goes on with two GPUs: 110 of 2,000 s, then 875 s that are left of 1,000 with four.
        long end = 240_000 + 30_000 + 875_000;
        assertThat(run(List.of(LONG, SHORT))).isEqualTo(new Completions(List.of(130_000L, end), 2));
    }

    @Test
    void run_times_between_and_beyond_known_ones_lie_on_straight_lines_of_logarithms() {
        RunTimes times = new RunTimes();
        times.add("bert", 2, "2", 400);
        times.add("bert", 8, "4-4", 200);
        times.add("bert", 8, "4-2-2", 300);
        times.add("yolo", 4, "4", 100);
        assertThat(times.seconds("bert", Placement.packed(2))).isEqualTo(400);
        assertThat(times.seconds("bert", Placement.packed(4))).isCloseTo(400 / Math.sqrt(2), within(1e-9));
        assertThat(times.seconds("bert", Placement.packed(1))).isCloseTo(400 * Math.sqrt(2), within(1e-9));
        assertThat(times.seconds("bert", Placement.packed(32))).isCloseTo(100, within(1e-9));
        assertThat(times.seconds("yolo", Placement.packed(1))).isCloseTo(200, within(1e-9));
    }

    private static Completions run(List<TracedJob> trace) {
        return ElasticReplay.run(trace, new Cluster(1, 4), most -> Math.min(2, most), 1);
    }

    private static int gpusOf(Placement placement) {
        return placement.gpusByNode().values().stream()
                .mapToInt(Integer::intValue)
                .sum();
    }
}
