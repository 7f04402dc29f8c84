package io.deeptrain.scheduler.placement;

/**
 * How much of a worker's free GPUs the next job probably cannot use. After "Beware of Fragmentation: Scheduling
 * GPU-Sharing Workloads with Fragmentation Gradient Descent" (Weng and others, USENIX ATC 2023), where each demand
 * counts by how common it is, and room counts as usable as soon as one job fits. Here
 *
 * <ul>
 *   <li>every demand counts alike, for a job and not for a GPU that is lost to it: it is the small and the odd ones
 *       that fill gaps;
 *   <li>room for more jobs than CPU and memory suffice for is half stranded: some of those jobs will need less;
 *   <li>opening a GPU, and leaving it in part in use, count a little as well.
 * </ul>
 *
 * <p>The constants were chosen on the trace "openb"; docs/benchmarks.md says what that gives.
 */
final class Fragmentation {
    /** Thousandths of a GPU that are stranded when a whole one is opened. */
    static final double OPENED = 50;

    /** Thousandths of a GPU that are stranded as long as it is in part in use. */
    static final double IN_PART = 50;

    /** The part of room beyond CPU and memory that is stranded. */
    static final double BEYOND_HOST = 0.5;

    private final Demand[] demands;
    private final double[] weights;

    Fragmentation(Workload workload) {
        demands = workload.demands().toArray(new Demand[0]);
        weights = new double[demands.length];
        double total = 0;
        for (Demand demand : demands) {
            total += 1.0 / demand.gpuMilliTotal();
        }
        for (int index = 0; index < demands.length; index++) {
            weights[index] = 1.0 / demands[index].gpuMilliTotal() / total;
        }
    }

    /**
     * Thousandths of GPUs that are stranded. Only the difference that a job makes says something: a GPU that nobody has
     * opened yet counts below zero.
     *
     * @param free thousandths that are free of each GPU
     */
    double stranded(int[] free, int freeCpuMilli, int freeMemoryMib) {
        long total = 0;
        int whole = 0;
        int inPart = 0;
        for (int milli : free) {
            total += milli;
            if (milli == Demand.WHOLE) {
                whole++;
            } else if (milli > 0) {
                inPart++;
            }
        }
        if (total == 0) {
            return 0;
        }
        double stranded = IN_PART * inPart - OPENED * whole;
        for (int index = 0; index < demands.length; index++) {
            Demand demand = demands[index];
            int hostTimes = Math.min(times(freeCpuMilli, demand.cpuMilli()), times(freeMemoryMib, demand.memoryMib()));
            double usable = demand.isShared()
                    ? usableByShares(free, demand.gpuMilli(), hostTimes)
                    : usableByWhole(whole, demand.gpus(), hostTimes);
            stranded += weights[index] * (total - usable);
        }
        return stranded;
    }

    private static double usableByShares(int[] free, int gpuMilli, int hostTimes) {
        int times = 0;
        long room = 0;
        for (int milli : free) {
            if (milli >= gpuMilli) {
                times += milli / gpuMilli;
                room += milli;
            }
        }
        return room * usablePart(times, hostTimes);
    }

    private static double usableByWhole(int whole, int gpus, int hostTimes) {
        int times = whole / gpus;
        return times == 0 ? 0 : (long) whole * Demand.WHOLE * usablePart(times, hostTimes);
    }

    /** Of room for so many jobs when CPU and memory suffice for others. */
    private static double usablePart(int times, int hostTimes) {
        if (hostTimes == 0) {
            return 0;
        }
        return times <= hostTimes ? 1 : 1 - BEYOND_HOST * (times - hostTimes) / times;
    }

    private static int times(int free, int each) {
        return each == 0 ? Integer.MAX_VALUE : free / each;
    }
}
