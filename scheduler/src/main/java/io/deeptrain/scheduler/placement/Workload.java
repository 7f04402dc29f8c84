package io.deeptrain.scheduler.placement;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What jobs typically ask of a worker, so that placement can leave room in which the next ones fit.
 *
 * @param typical the commonest demands first; their weights add up to 1
 */
public record Workload(List<Typical> typical) {
    /** Nothing is known: whatever room is left is as good as any other. */
    public static final Workload UNKNOWN = new Workload(List.of());

    /** Rarer demands than this part of all jobs say more about chance than about the next job. */
    static final double RARE = 0.005;

    private static final Comparator<Demand> ORDER = Comparator.comparingInt((Demand demand) -> demand.gpus())
            .thenComparingInt(Demand::gpuMilli)
            .thenComparingInt(Demand::cpuMilli)
            .thenComparingInt(Demand::memoryMib);

    /** A demand and the part of all jobs that make it. */
    public record Typical(Demand demand, double weight) {}

    public Workload {
        typical = List.copyOf(typical);
    }

    /** The workload of which these jobs are a sample. Jobs without GPU strand none, and do not count. */
    public static Workload of(Collection<Demand> sample) {
        Map<Demand, Integer> counts = new TreeMap<>(ORDER);
        for (Demand demand : sample) {
            if (demand.gpus() > 0) {
                counts.merge(demand, 1, Integer::sum);
            }
        }
        counts.values().removeIf(count -> count < RARE * sample.size());
        double total = counts.values().stream().mapToInt(Integer::intValue).sum();
        return new Workload(counts.entrySet().stream()
                .sorted(Map.Entry.<Demand, Integer>comparingByValue().reversed())
                .map(entry -> new Typical(entry.getKey(), entry.getValue() / total))
                .toList());
    }
}
