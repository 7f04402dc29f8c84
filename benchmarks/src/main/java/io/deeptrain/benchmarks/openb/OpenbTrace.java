package io.deeptrain.benchmarks.openb;

import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.placement.Capacity;
import io.deeptrain.scheduler.placement.Demand;
import io.deeptrain.scheduler.placement.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The nodes and tasks of the trace "openb", as published in github.com/alibaba/clusterdata under
 * cluster-trace-gpu-v2023.
 */
record OpenbTrace(List<Capacity> nodes, List<Demand> tasks) {
    private static final String NODES = "openb_node_list_gpu_node.csv";
    private static final String NODE_COLUMNS = "sn,cpu_milli,memory_mib,gpu,model";
    private static final String TASKS = "openb_pod_list_default.csv";
    private static final String TASK_COLUMNS =
            "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time";

    /**
     * Reads both files.
     *
     * @throws IllegalArgumentException if a file does not have the published columns, with the place
     */
    static OpenbTrace read(Path folder) throws IOException {
        return new OpenbTrace(
                rows(folder.resolve(NODES), NODE_COLUMNS, OpenbTrace::node),
                rows(folder.resolve(TASKS), TASK_COLUMNS, OpenbTrace::task));
    }

    /** Thousandths of all nodes' GPUs. */
    long gpuMilli() {
        return nodes.stream().mapToLong(Capacity::gpus).sum() * Demand.WHOLE;
    }

    private static Capacity node(String[] row) {
        return new Capacity(
                new WorkerId(row[0]),
                row[4],
                Integer.parseInt(row[3]),
                Integer.parseInt(row[1]),
                Integer.parseInt(row[2]),
                Topology.UNKNOWN);
    }

    private static Demand task(String[] row) {
        int gpus = Integer.parseInt(row[3]);
        int gpuMilli = gpus == 0 ? Demand.WHOLE : Integer.parseInt(row[4]);
        return new Demand(gpus, gpuMilli, Integer.parseInt(row[1]), Integer.parseInt(row[2]));
    }

    private static <T> List<T> rows(Path file, String columns, Function<String[], T> reader) throws IOException {
        List<String> lines = Files.readAllLines(file);
        if (lines.isEmpty() || !lines.getFirst().equals(columns)) {
            throw new IllegalArgumentException("the first line of %s must be %s".formatted(file, columns));
        }
        List<T> rows = new ArrayList<>();
        for (int line = 1; line < lines.size(); line++) {
            try {
                rows.add(reader.apply(lines.get(line).split(",", -1)));
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException unreadable) {
                throw new IllegalArgumentException(
                        "line %d of %s is not a row of %s".formatted(line + 1, file, columns), unreadable);
            }
        }
        return rows;
    }
}
