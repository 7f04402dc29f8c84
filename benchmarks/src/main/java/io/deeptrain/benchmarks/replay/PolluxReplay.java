package io.deeptrain.benchmarks.replay;

import java.io.IOException;
import java.util.List;

/**
 * The workloads of Pollux (Qiao and others, OSDI 2021) on 16 nodes of 4 GPUs, against the average completion times that
 * its authors publish (github.com/petuum/adaptdl, branch osdi21-artifact). Rigid, each job has the GPUs that the trace
 * asks for, no more and no fewer. Elastic, as Pollux's are, it asks for a node at least and for so many times the
 * trace's number at most.
 */
public final class PolluxReplay {
    private static final List<Anchor> ANCHORS = List.of(
            new Anchor("workload-1", 2088.769, 2473.650),
            new Anchor("workload-2", 3322.944, 5144.962),
            new Anchor("workload-3", 2188.494, 3876.256),
            new Anchor("workload-4", 2720.981, 3280.262));

    private static final int NODES = 16;
    private static final int TIMES_MAX = 4;

    private PolluxReplay() {}

    private record Anchor(String trace, double pollux, double tiresias) {}

    /** One way to run a workload. */
    @FunctionalInterface
    private interface Way {
        Seeds run(String trace) throws IOException;
    }

    /** Prints ours beside theirs. */
    public static void main(String[] arguments) throws IOException {
        TraceFolder folder = TraceFolder.of(arguments, "benchmarks/run pollux");
        System.out.println(
                "Average completion times in seconds; ours with 30 s for each restart and estimates wrong by up"
                        + " to 30 %, the mean of " + Seeds.COUNT + " seeds.");
        print("rigid", trace -> Seeds.run(folder.pollux(trace), PolluxReplay::cluster));
        for (int times = 1; times <= TIMES_MAX; times++) {
            int most = times;
            print(
                    "elastic, %d to %d times the GPUs of the trace".formatted(Placement.GPUS_PER_NODE, times),
                    trace -> Seeds.runElastic(
                            folder.elasticPollux(trace, most, cluster().gpus()), PolluxReplay::cluster));
        }
    }

    private static Cluster cluster() {
        return new Cluster(NODES, Placement.GPUS_PER_NODE);
    }

    private static void print(String name, Way way) throws IOException {
        System.out.println(name);
        double sum = 0;
        for (Anchor anchor : ANCHORS) {
            Seeds ours = way.run(anchor.trace);
            double average = ours.mean(Completions::averageSeconds);
            sum += average;
            System.out.printf(
                    "  %s: %,6.0f; Pollux %,6.0f, ratio %.3f; Tiresias %,6.0f, ratio %.3f; %.0f interruptions%n",
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
