package io.deeptrain.benchmarks.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.scheduler.queue.Patience;
import io.deeptrain.scheduler.queue.Preemption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ReplayTest {
    private static final List<TracedJob> LONG_THEN_SHORT =
            List.of(new TracedJob("long", 0, 1, _ -> 10_000), new TracedJob("short", 1000, 1, _ -> 100));

    @Test
    void a_job_alone_takes_its_time_and_one_start() {
        assertThat(run(LONG_THEN_SHORT.subList(0, 1), Preemption.NEVER))
                .isEqualTo(new Completions(List.of(10_030_000L), 0));
    }

    @Test
    void without_preemption_the_short_job_waits_for_the_long_one() {
        assertThat(run(LONG_THEN_SHORT, Preemption.NEVER))
                .isEqualTo(new Completions(List.of(10_030_000L, 10_160_000L - 1_000_000), 0));
    }

    @Test
    void a_long_job_makes_room_and_pays_for_another_start() {
        assertThat(run(LONG_THEN_SHORT, Preemption.STANDARD))
                .isEqualTo(new Completions(List.of(130_000L, 10_030_000L + 130_000 + 30_000), 1));
    }

    @Test
    void jobs_take_as_long_as_their_placement_makes_them() {
        Cluster cluster = new Cluster(2, 4);
        cluster.take(1);
        assertThat(cluster.take(4).shape()).isEqualTo("4");
        assertThat(cluster.take(3).shape()).isEqualTo("3");
        cluster.giveBack(new Placement(new TreeMap<>(Map.of(0, 2, 1, 2))));
        assertThat(cluster.take(3).shape()).isEqualTo("2-1");
        assertThat(cluster.gpusFree()).isEqualTo(1);
    }

    @Test
    void percentiles_are_by_nearest_rank() {
        Completions completions = new Completions(List.of(4000L, 1000L, 3000L, 2000L), 0);
        assertThat(completions.percentileSeconds(50)).isEqualTo(2);
        assertThat(completions.percentileSeconds(99)).isEqualTo(4);
        assertThat(completions.averageSeconds()).isEqualTo(2.5);
    }

    private static Completions run(List<TracedJob> trace, Preemption preemption) {
        return Replay.run(trace, new Cluster(1, 1), Patience.STANDARD, preemption, 1);
    }
}
