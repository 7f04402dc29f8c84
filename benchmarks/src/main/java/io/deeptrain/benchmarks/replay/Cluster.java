package io.deeptrain.benchmarks.replay;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Nodes of equal size. A job may have GPUs of several. */
final class Cluster {
    private final int[] free;
    private final int gpusPerNode;
    private int gpusFree;

    Cluster(int nodes, int gpusPerNode) {
        free = new int[nodes];
        Arrays.fill(free, gpusPerNode);
        this.gpusPerNode = gpusPerNode;
        gpusFree = nodes * gpusPerNode;
    }

    int gpus() {
        return free.length * gpusPerNode;
    }

    int gpusFree() {
        return gpusFree;
    }

    /** On as few nodes as there is room on, the last of them with as little room to spare as there is. */
    Placement take(int gpus) {
        if (gpus > gpusFree) {
            throw new IllegalArgumentException("%d GPUs are asked for, %d are free".formatted(gpus, gpusFree));
        }
        SortedMap<Integer, Integer> taken = new TreeMap<>();
        int missing = gpus;
        while (missing > 0) {
            int wanted = missing;
            int node = IntStream.range(0, free.length)
                    .filter(candidate -> free[candidate] >= wanted)
                    .boxed()
                    .min(Comparator.comparingInt(candidate -> free[candidate]))
                    .orElseGet(this::emptiest);
            int some = Math.min(free[node], missing);
            taken.merge(node, some, Integer::sum);
            free[node] -= some;
            missing -= some;
        }
        gpusFree -= gpus;
        return new Placement(taken);
    }

    void giveBack(Placement placement) {
        placement.gpusByNode().forEach((node, gpus) -> {
            free[node] += gpus;
            gpusFree += gpus;
        });
    }

    private int emptiest() {
        return IntStream.range(0, free.length)
                .boxed()
                .max(Comparator.comparingInt((Integer node) -> free[node]).thenComparing(Comparator.reverseOrder()))
                .orElseThrow();
    }
}
