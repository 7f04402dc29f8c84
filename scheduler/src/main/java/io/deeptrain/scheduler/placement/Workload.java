package io.deeptrain.scheduler.placement;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * What jobs typically ask of a worker, so that placement can leave room in which the next ones fit.
 *
 * @param demands in a fixed order, each once
 */
public record Workload(List<Demand> demands) {
    /** Nothing is known: whatever room is left is as good as any other. */
    public static final Workload UNKNOWN = new Workload(List.of());

    /** More demands than these do not make the picture clearer, only the score slower. */
    static final int DEMANDS_MAX = 1_024;

    private static final Comparator<Demand> ORDER = Comparator.comparingInt((Demand demand) -> demand.gpus())
            .thenComparingInt(Demand::gpuMilli)
            .thenComparingInt(Demand::cpuMilli)
            .thenComparingInt(Demand::memoryMib);

    public Workload {
        demands = List.copyOf(demands);
    }

    /**
     * The workload of which these jobs are a sample. Those that need no GPU cannot tell one GPU's room from another's.
     */
    public static Workload of(Collection<Demand> sample) {
        TreeSet<Demand> demands = new TreeSet<>(ORDER);
        sample.stream().filter(demand -> demand.gpus() > 0).forEach(demands::add);
        return new Workload(demands.stream().limit(DEMANDS_MAX).toList());
    }
}
