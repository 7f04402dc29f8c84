package io.deeptrain.benchmarks.replay;

import java.io.IOException;
import java.util.List;

/**
 * The workloads of Pollux (Qiao and others, OSDI 2021) on 16 nodes of 4 GPUs, against the average completion times that
 * its authors publish (github.com/petuum/adaptdl, branch osdi21-artifact). Ours gives each job the GPUs that it asks
 * for, no more and no fewer; Pollux resizes jobs while they run.
 */
public final class PolluxReplay {
    private static final List<Anchor> ANCHORS = List.of(
            new Anchor("workload-1", 2088.769, 2473.650),
            new Anchor("workload-2", 3322.944, 5144.962),
            new Anchor("workload-3", 2188.494, 3876.256),
            new Anchor("workload-4", 2720.981, 3280.262));

    private static final int NODES = 16;

    private PolluxReplay() {}

    private record Anchor(String trace, double pollux, double tiresias) {}

    /** Prints ours beside theirs. */
    public static void main(String[] arguments) throws IOException {
        TraceFolder folder = TraceFolder.of(arguments, "benchmarks/run pollux");
        System.out.println(
                "Average completion times in seconds; ours with 30 s for each restart and estimates wrong by up"
                        + " to 30 %, the mean of " + Seeds.COUNT + " seeds.");
        double sum = 0;
        for (Anchor anchor : ANCHORS) {
            Seeds ours = Seeds.run(folder.pollux(anchor.trace), () -> new Cluster(NODES, Placement.GPUS_PER_NODE));
            double average = ours.mean(Completions::averageSeconds);
            sum += average;
            System.out.printf(
                    "  %s: %,6.0f; Pollux %,6.0f, ratio %.3f; Tiresias %,6.0f, ratio %.3f; %.0f preemptions%n",
                    anchor.trace,
                    average,
                    anchor.pollux,
                    average / anchor.pollux,
                    anchor.tiresias,
                    average / anchor.tiresias,
                    ours.mean(Completions::preemptions));
        }
        double mean = sum / ANCHORS.size();
        double pollux = ANCHORS.stream().mapToDouble(Anchor::pollux).average().orElseThrow();
        double tiresias =
                ANCHORS.stream().mapToDouble(Anchor::tiresias).average().orElseThrow();
        System.out.printf(
                "  all: %,6.0f; Pollux %,6.0f, ratio %.3f; Tiresias %,6.0f, ratio %.3f%n",
                mean, pollux, mean / pollux, tiresias, mean / tiresias);
    }
}
