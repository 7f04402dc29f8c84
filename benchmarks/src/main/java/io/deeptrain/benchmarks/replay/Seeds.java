package io.deeptrain.benchmarks.replay;

import io.deeptrain.scheduler.queue.Patience;
import io.deeptrain.scheduler.queue.Preemption;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/** The same trace with different errors of its estimates. */
record Seeds(List<Completions> runs) {
    static final int COUNT = 5;

    Seeds {
        runs = List.copyOf(runs);
    }

    static Seeds run(List<TracedJob> trace, Supplier<Cluster> cluster) {
        return new Seeds(LongStream.rangeClosed(1, COUNT)
                .mapToObj(seed -> Replay.run(trace, cluster.get(), Patience.STANDARD, Preemption.STANDARD, seed))
                .toList());
    }

    /** The same with jobs that ask for a node at least, and may have more. */
    static Seeds runElastic(List<TracedJob> trace, Supplier<Cluster> cluster) {
        return new Seeds(LongStream.rangeClosed(1, COUNT)
                .mapToObj(seed ->
                        ElasticReplay.run(trace, cluster.get(), most -> Math.min(Placement.GPUS_PER_NODE, most), seed))
                .toList());
    }

    double mean(ToDoubleFunction<Completions> figure) {
        return runs.stream().mapToDouble(figure).average().orElseThrow();
    }
}
