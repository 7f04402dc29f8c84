package io.deeptrain.benchmarks.openb;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * GPU allocation on the trace "openb" beside that of Fragmentation Gradient Descent, by the method of its authors (Weng
 * and others, "Beware of Fragmentation", USENIX ATC 2023), whose results are the mean of ten seeds.
 */
public final class OpenbBenchmark {
    /** What the authors publish for FGD, in percent, by the percentage asked for. */
    private static final Map<Integer, Double> FGD = new LinkedHashMap<>();

    static {
        FGD.put(80, 80.015);
        FGD.put(90, 89.981);
        FGD.put(95, 94.905);
        FGD.put(100, 95.227);
        FGD.put(110, 95.296);
        FGD.put(120, 95.347);
        FGD.put(130, 95.391);
    }

    private static final int SEEDS = 10;
    private static final double NANOS_PER_SECOND = 1e9;

    private OpenbBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        int seeds = seeds(arguments);
        OpenbTrace trace = OpenbTrace.read(Path.of(arguments[0]));
        System.out.printf(
                "%,d nodes with %,d GPUs, %,d tasks to draw from, %d seeds%n",
                trace.nodes().size(), trace.gpuMilli() / 1000, trace.tasks().size(), seeds);
        Map<Integer, List<Double>> allocated = new LinkedHashMap<>();
        long placements = 0;
        long begin = System.nanoTime();
        for (int seed = 1; seed <= seeds; seed++) {
            OpenbReplay replay = new OpenbReplay(trace, seed);
            FGD.keySet()
                    .forEach(asked -> allocated
                            .computeIfAbsent(asked, _ -> new ArrayList<>())
                            .add(replay.allocatedAt(asked)));
            placements += replay.placements();
        }
        double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
        System.out.println("asked   allocated  deviation  FGD      ratio");
        allocated.forEach((asked, percents) -> report(asked, percents));
        System.out.printf("%,.0f placements a second%n", placements / seconds);
    }

    private static void report(int asked, List<Double> percents) {
        double mean = mean(percents);
        double deviation = Math.sqrt(mean(
                percents.stream().map(each -> (each - mean) * (each - mean)).toList()));
        double fgd = FGD.getOrDefault(asked, Double.NaN);
        System.out.printf("%4d %%  %.3f %%   %.3f      %.3f %%  %.4f%n", asked, mean, deviation, fgd, mean / fgd);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    private static int seeds(String[] arguments) {
        if (arguments.length == 1) {
            return SEEDS;
        }
        if (arguments.length == 3 && arguments[1].equals("--seeds") && arguments[2].matches("[1-9][0-9]{0,3}")) {
            return Integer.parseInt(arguments[2]);
        }
        throw new IllegalArgumentException(
                "expected the folder of the trace, and maybe --seeds with a number from 1 to 9999: "
                        + String.join(" ", arguments));
    }
}
