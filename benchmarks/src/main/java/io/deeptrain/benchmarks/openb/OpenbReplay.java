package io.deeptrain.benchmarks.openb;

import io.deeptrain.scheduler.placement.Demand;
import io.deeptrain.scheduler.placement.GpuClasses;
import io.deeptrain.scheduler.placement.Inventory;
import io.deeptrain.scheduler.placement.Shape;
import io.deeptrain.scheduler.placement.Together;
import io.deeptrain.scheduler.placement.Workload;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One run over the trace: tasks are drawn from it with a seed, one after the other, each is placed or dropped, and none
 * ends, until so much of all GPUs was asked for.
 */
final class OpenbReplay {
    private static final double PERCENT = 100;

    private final OpenbTrace trace;
    private final SplittableRandom random;
    private final Inventory inventory;
    private long asked;
    private long allocated;
    private long placements;

    OpenbReplay(OpenbTrace trace, long seed) {
        this.trace = trace;
        random = new SplittableRandom(seed);
        inventory = new Inventory(Workload.of(trace.tasks()));
        trace.nodes().forEach(inventory::add);
    }

    /** The part of all GPUs, in percent, that is allocated when so many percent were asked for. */
    double allocatedAt(int askedPercent) {
        List<Demand> tasks = trace.tasks();
        long capacity = trace.gpuMilli();
        while (asked * PERCENT < (double) askedPercent * capacity) {
            Demand task = tasks.get(random.nextInt(tasks.size()));
            long gpuMilli = (long) task.gpus() * task.gpuMilli();
            asked += gpuMilli;
            placements++;
            Shape shape = new Shape(GpuClasses.ANY, 1, task, Together.ONE_WORKER);
            if (inventory.place(shape, Set.of()).isPresent()) {
                allocated += gpuMilli;
            }
        }
        return allocated * PERCENT / capacity;
    }

    long placements() {
        return placements;
    }
}
