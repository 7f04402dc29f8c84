package io.deeptrain.scheduler.placement;

/**
 * How much of a worker's free GPUs the next job probably cannot use. After "Beware of Fragmentation: Scheduling
 * GPU-Sharing Workloads with Fragmentation Gradient Descent" (Weng and others, USENIX ATC 2023), with two changes: room
 * counts as usable only as often as CPU and memory suffice for it, and each GPU that is in part in use counts as a
 * little stranded, so that no more of them are opened than are needed.
 */
final class Fragmentation {
    /** Thousandths of a GPU that a GPU in part in use counts as stranded, besides what does not fit on it. */
    static final double OPENED = 50;

    private final Workload workload;

    Fragmentation(Workload workload) {
        this.workload = workload;
    }

    /**
     * Thousandths of GPUs that are free and stranded, as expected over the typical jobs.
     *
     * @param free thousandths that are free of each GPU
     */
    double stranded(int[] free, int freeCpuMilli, int freeMemoryMib) {
        long total = 0;
        int whole = 0;
        int opened = 0;
        for (int milli : free) {
            total += milli;
            if (milli == Demand.WHOLE) {
                whole++;
            } else if (milli > 0) {
                opened++;
            }
        }
        if (total == 0) {
            return 0;
        }
        double stranded = OPENED * opened;
        for (Workload.Typical typical : workload.typical()) {
            Demand demand = typical.demand();
            int hostTimes = Math.min(times(freeCpuMilli, demand.cpuMilli()), times(freeMemoryMib, demand.memoryMib()));
            double usable = demand.isShared()
                    ? usableByShares(free, demand.gpuMilli(), hostTimes)
                    : usableByWhole(whole, demand.gpus(), hostTimes);
            stranded += typical.weight() * (total - usable);
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
        return times <= hostTimes ? room : room * (double) hostTimes / times;
    }

    private static double usableByWhole(int whole, int gpus, int hostTimes) {
        int times = whole / gpus;
        long room = times == 0 ? 0 : (long) whole * Demand.WHOLE;
        return times <= hostTimes ? room : room * (double) hostTimes / times;
    }

    private static int times(int free, int each) {
        return each == 0 ? Integer.MAX_VALUE : free / each;
    }
}
