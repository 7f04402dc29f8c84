package io.deeptrain.benchmarks.replay;

import java.util.Collections;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** GPUs by the number of their node. */
record Placement(SortedMap<Integer, Integer> gpusByNode) {
    /** Of a job that does not run. */
    static final Placement NOWHERE = new Placement(new TreeMap<>());

    static final int GPUS_PER_NODE = 4;

    Placement {
        gpusByNode = Collections.unmodifiableSortedMap(new TreeMap<>(gpusByNode));
    }

    /** On as few nodes as possible. */
    static Placement packed(int gpus) {
        SortedMap<Integer, Integer> nodes = new TreeMap<>();
        for (int left = gpus, node = 0; left > 0; left -= GPUS_PER_NODE, node++) {
            nodes.put(node, Math.min(GPUS_PER_NODE, left));
        }
        return new Placement(nodes);
    }

    /** As Pollux's simulator writes it: the nodes' GPUs, the most first, as in {@code 4-2}. */
    String shape() {
        return gpusByNode.values().stream()
                .sorted(Comparator.reverseOrder())
                .map(String::valueOf)
                .collect(Collectors.joining("-"));
    }
}
