package io.deeptrain.benchmarks.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How long each application of Pollux's workloads runs on any number of GPUs, from the numbers and placements that are
 * known. Pollux chooses the batch for the GPUs that a job has; so does the best that is known of each number. Between
 * two known numbers the logarithm of the time is taken as a straight line over that of the number, and beyond them as
 * the straight line through the nearest two; of an application with one known number, as half way to perfect scaling.
 */
final class RunTimes {
    private static final double SLOPE_UNKNOWN = -0.5;
    private static final double SLOPE_PERFECT = -1;

    private final Map<String, NavigableMap<Integer, Double>> packed = new HashMap<>();
    private final Map<String, Double> placed = new HashMap<>();

    /** A run took so long. */
    void add(String application, int gpus, String placement, double seconds) {
        placed.merge(application + "," + placement, seconds, Math::min);
        if (placement.equals(Placement.packed(gpus).shape())) {
            packed.computeIfAbsent(application, _ -> new TreeMap<>()).merge(gpus, seconds, Math::min);
        }
    }

    double seconds(String application, Placement placement) {
        Double known = placed.get(application + "," + placement.shape());
        if (known != null) {
            return known;
        }
        int gpus = placement.gpusByNode().values().stream()
                .mapToInt(Integer::intValue)
                .sum();
        return seconds(application, gpus) * Math.max(1, spreading(application, placement));
    }

    private double seconds(String application, int gpus) {
        NavigableMap<Integer, Double> times = packed.getOrDefault(application, new TreeMap<>());
        if (times.isEmpty()) {
            throw new IllegalStateException("no run time is known of " + application);
        }
        Map.Entry<Integer, Double> below = times.floorEntry(gpus);
        Map.Entry<Integer, Double> above = times.ceilingEntry(gpus);
        if (times.size() == 1) {
            return along(times.firstEntry(), SLOPE_UNKNOWN, gpus);
        }
        if (below == null) {
            return along(times.firstEntry(), slope(times.firstEntry(), times.higherEntry(times.firstKey())), gpus);
        }
        if (above == null) {
            return along(times.lastEntry(), slope(times.lowerEntry(times.lastKey()), times.lastEntry()), gpus);
        }
        return below.getKey().equals(above.getKey()) ? below.getValue() : along(below, slope(below, above), gpus);
    }

    /** GPUs never help more than they are. */
    private static double slope(Map.Entry<Integer, Double> one, Map.Entry<Integer, Double> other) {
        double slope = Math.log(other.getValue() / one.getValue()) / Math.log((double) other.getKey() / one.getKey());
        return Math.clamp(slope, SLOPE_PERFECT, 0);
    }

    private static double along(Map.Entry<Integer, Double> from, double slope, int gpus) {
        return from.getValue() * Math.pow((double) gpus / from.getKey(), slope);
    }

    /** How much longer it takes on more nodes than need be, where that is known of another number of GPUs. */
    private double spreading(String application, Placement placement) {
        int gpus = placement.gpusByNode().values().stream()
                .mapToInt(Integer::intValue)
                .sum();
        int nodes = placement.gpusByNode().size();
        if (nodes <= Placement.packed(gpus).gpusByNode().size()) {
            return 1;
        }
        return packed.getOrDefault(application, new TreeMap<>()).entrySet().stream()
                .mapToDouble(known -> placed.entrySet().stream()
                        .filter(run -> run.getKey().startsWith(application + ",")
                                && gpusOf(run.getKey()) == known.getKey()
                                && nodesOf(run.getKey())
                                        > Placement.packed(known.getKey())
                                                .gpusByNode()
                                                .size())
                        .mapToDouble(run -> run.getValue() / known.getValue())
                        .average()
                        .orElse(1))
                .average()
                .orElse(1);
    }

    private static int nodesOf(String run) {
        return run.substring(run.indexOf(',') + 1).split("-", -1).length;
    }

    private static int gpusOf(String run) {
        int sum = 0;
        for (String gpus : run.substring(run.indexOf(',') + 1).split("-", -1)) {
            sum += Integer.parseInt(gpus);
        }
        return sum;
    }
}
