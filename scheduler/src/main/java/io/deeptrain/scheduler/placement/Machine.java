package io.deeptrain.scheduler.placement;

import io.deeptrain.event.WorkerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One worker of an inventory: what it has, and what is free of it. Changes of what is free count its version up. */
final class Machine implements Comparable<Machine> {
    private final Capacity capacity;
    private final int[] freeGpuMilli;
    private final boolean[] isGpuOut;
    private final boolean[] isGpuQuarantined;
    private Condition condition = Condition.IN_SERVICE;
    private boolean isQuarantined;
    private int freeCpuMilli;
    private int freeMemoryMib;
    private int version;

    Machine(Capacity capacity) {
        this.capacity = capacity;
        freeGpuMilli = new int[capacity.gpus()];
        Arrays.fill(freeGpuMilli, Demand.WHOLE);
        isGpuOut = new boolean[capacity.gpus()];
        isGpuQuarantined = new boolean[capacity.gpus()];
        freeCpuMilli = capacity.cpuMilli();
        freeMemoryMib = capacity.memoryMib();
    }

    WorkerId id() {
        return capacity.workerId();
    }

    Capacity capacity() {
        return capacity;
    }

    Condition condition() {
        return condition;
    }

    void condition(Condition now) {
        condition = now;
        version++;
    }

    /**
     * An operator takes one GPU in or out of service.
     *
     * @throws IllegalArgumentException if the worker has no such GPU
     */
    void gpuInService(int gpu, boolean isInService) {
        isGpuOut[requireGpu(gpu)] = !isInService;
        version++;
    }

    void quarantine(boolean isOut) {
        isQuarantined = isOut;
        version++;
    }

    /**
     * One GPU failed too often, or is to be tried again.
     *
     * @throws IllegalArgumentException if the worker has no such GPU
     */
    void quarantine(int gpu, boolean isOut) {
        isGpuQuarantined[requireGpu(gpu)] = isOut;
        version++;
    }

    private int requireGpu(int gpu) {
        if (gpu < 0 || gpu >= capacity.gpus()) {
            throw new IllegalArgumentException(
                    "gpu of %s must be from 0 to %d: %d".formatted(id(), capacity.gpus() - 1, gpu));
        }
        return gpu;
    }

    int version() {
        return version;
    }

    int freeCpuMilli() {
        return freeCpuMilli;
    }

    int freeMemoryMib() {
        return freeMemoryMib;
    }

    boolean takesWork() {
        return condition == Condition.IN_SERVICE && !isQuarantined;
    }

    /** Thousandths that are free of each GPU; 0 of one that is out of service. A copy. */
    int[] freeGpus() {
        int[] free = freeGpuMilli.clone();
        for (int gpu = 0; gpu < free.length; gpu++) {
            if (isOut(gpu)) {
                free[gpu] = 0;
            }
        }
        return free;
    }

    /** GPUs of which nothing is in use, and which are in service. */
    int wholeGpusFree() {
        int whole = 0;
        for (int gpu = 0; gpu < freeGpuMilli.length; gpu++) {
            if (isWholeAndFree(gpu)) {
                whole++;
            }
        }
        return whole;
    }

    private boolean isWholeAndFree(int gpu) {
        return !isOut(gpu) && freeGpuMilli[gpu] == Demand.WHOLE;
    }

    private boolean isOut(int gpu) {
        return isGpuOut[gpu] || isGpuQuarantined[gpu];
    }

    /** How many times the demand could be had now. */
    int times(Demand demand) {
        return takesWork() ? Math.min(timesGpusFit(freeGpus(), demand), timesHostFits(demand)) : 0;
    }

    /** The same if nothing were in use and nothing out of service. */
    static int times(Capacity capacity, Demand demand) {
        int[] free = new int[capacity.gpus()];
        Arrays.fill(free, Demand.WHOLE);
        int byHost = Math.min(
                times(capacity.cpuMilli(), demand.cpuMilli()), times(capacity.memoryMib(), demand.memoryMib()));
        return Math.min(timesGpusFit(free, demand), byHost);
    }

    private static int timesGpusFit(int[] free, Demand demand) {
        if (demand.gpus() == 0) {
            return Integer.MAX_VALUE;
        }
        int times = 0;
        for (int milli : free) {
            times += milli / demand.gpuMilli();
        }
        return times / demand.gpus();
    }

    /** How many times CPU and memory suffice for the demand. */
    int timesHostFits(Demand demand) {
        return Math.min(times(freeCpuMilli, demand.cpuMilli()), times(freeMemoryMib, demand.memoryMib()));
    }

    private static int times(int free, int each) {
        return each == 0 ? Integer.MAX_VALUE : free / each;
    }

    /** Takes the demand so many times, of whole GPUs the lowest numbers. They must be free. */
    List<Integer> takeWhole(Demand demand, int workers) {
        List<Integer> taken = new ArrayList<>();
        for (int gpu = 0; gpu < freeGpuMilli.length && taken.size() < workers * demand.gpus(); gpu++) {
            if (isWholeAndFree(gpu)) {
                taken.add(gpu);
            }
        }
        if (taken.size() < workers * demand.gpus()) {
            throw new IllegalStateException("not enough free GPUs on %s for %d of %s".formatted(id(), workers, demand));
        }
        take(demand, workers, taken);
        return taken;
    }

    List<Integer> takeShare(Demand demand, int gpu) {
        List<Integer> taken = List.of(gpu);
        take(demand, 1, taken);
        return taken;
    }

    private void take(Demand demand, int workers, List<Integer> gpus) {
        changeHost(demand, -workers);
        for (int gpu : gpus) {
            freeGpuMilli[gpu] = checked(freeGpuMilli[gpu] - demand.gpuMilli(), Demand.WHOLE, "GPU " + gpu);
        }
        version++;
    }

    void giveBack(Demand demand, Grant.Part part) {
        changeHost(demand, part.workers());
        for (int gpu : part.gpus()) {
            freeGpuMilli[gpu] = checked(freeGpuMilli[gpu] + demand.gpuMilli(), Demand.WHOLE, "GPU " + gpu);
        }
        version++;
    }

    private void changeHost(Demand demand, int workers) {
        freeCpuMilli = checked(freeCpuMilli + workers * demand.cpuMilli(), capacity.cpuMilli(), "cpuMilli");
        freeMemoryMib = checked(freeMemoryMib + workers * demand.memoryMib(), capacity.memoryMib(), "memoryMib");
    }

    private int checked(int free, int has, String what) {
        if (free < 0 || free > has) {
            throw new IllegalStateException("%s of %s would have %d free of %d".formatted(what, id(), free, has));
        }
        return free;
    }

    @Override
    public int compareTo(Machine other) {
        return id().compareTo(other.id());
    }
}
