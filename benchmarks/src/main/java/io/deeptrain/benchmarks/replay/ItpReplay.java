package io.deeptrain.benchmarks.replay;

import java.io.IOException;
import java.util.List;

/**
 * Deep-learning jobs of Microsoft's ITP clusters (github.com/microsoft/elasticflow-traces), against what the original
 * simulator of Tiresias (github.com/SymbioticLab/Tiresias, its thresholds as shipped, GPUs only counted) makes of them.
 * Its {@code shortest-gpu} knows how long every job takes and restarts for nothing; its {@code dlas-gpu} is Tiresias-L.
 */
public final class ItpReplay {
    static final List<Anchor> ANCHORS = List.of(
            new Anchor("cluster02", 96, 27_915, 434_576),
            new Anchor("cluster02", 128, 24_672, 282_468),
            new Anchor("cluster03", 160, 44_728, 597_896),
            new Anchor("cluster10", 16, 49_126, 276_120));

    private ItpReplay() {}

    /** One cluster and what others make of it. */
    record Anchor(String trace, int gpus, double averageOfShortest, double percentile99OfTiresias) {}

    /** Prints ours beside theirs. */
    public static void main(String[] arguments) throws IOException {
        TraceFolder folder = TraceFolder.of(arguments, "benchmarks/run itp");
        System.out.println(
                "Completion times in seconds; ours with 30 s for each restart and estimates wrong by up to 30 %,"
                        + " the mean of " + Seeds.COUNT + " seeds.");
        for (Anchor anchor : ANCHORS) {
            List<TracedJob> trace = folder.itp(anchor.trace);
            Seeds ours = Seeds.run(trace, () -> new Cluster(1, anchor.gpus));
            double average = ours.mean(Completions::averageSeconds);
            double percentile99 = ours.mean(run -> run.percentileSeconds(99));
            System.out.printf(
                    "  %s, %3d GPUs: average %,9.0f, shortest-gpu %,9.0f, ratio %.3f;"
                            + " p99 %,9.0f, dlas-gpu %,9.0f, ratio %.3f; longest %,11.0f; %,.0f preemptions%n",
                    anchor.trace,
                    anchor.gpus,
                    average,
                    anchor.averageOfShortest,
                    average / anchor.averageOfShortest,
                    percentile99,
                    anchor.percentile99OfTiresias,
                    percentile99 / anchor.percentile99OfTiresias,
                    ours.mean(run -> run.percentileSeconds(100)),
                    ours.mean(Completions::preemptions));
        }
    }
}
