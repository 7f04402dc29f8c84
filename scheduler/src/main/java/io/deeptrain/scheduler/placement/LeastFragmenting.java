package io.deeptrain.scheduler.placement;

import io.deeptrain.event.WorkerId;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the worker, and the GPU on it, where a demand that shares a GPU or is bound by CPU and memory strands the
 * least. It looks at every worker, but computes again only the score of those that changed since it last looked for the
 * same demand.
 *
 * <p>Scores are whole numbers on purpose, and ties go to the worker that has the least left and then by name: scores
 * that tell every small difference apart scatter jobs over the fleet and strand more in the end.
 */
final class LeastFragmenting {
    /** Demands whose scores are remembered. */
    static final int DEMANDS_MAX = 1_024;

    /** Steps between the worst and the best score. */
    static final double STEPS = 40;

    /** A change of so many thousandths of a GPU moves the score from the middle to three quarters or so. */
    static final double SCALE_MILLI = 1_000;

    private static final int DOES_NOT_FIT = -1;

    private final Fragmentation fragmentation;
    private final Map<Demand, Memo> memos = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Demand, Memo> eldest) {
            return size() > DEMANDS_MAX;
        }
    };
    private Machine[] machines = new Machine[0];

    LeastFragmenting(Workload workload) {
        fragmentation = new Fragmentation(workload);
    }

    /** A worker and the GPU to share on it; of a demand for whole GPUs or none the GPU tells nothing. */
    record Choice(Machine machine, int gpu) {}

    /** What a demand would get of each machine, each valid for one version of it. */
    private static final class Memo {
        private final int[] versions;
        private final int[] scores;
        private final int[] gpus;

        Memo(int machines) {
            versions = new int[machines];
            Arrays.fill(versions, -1);
            scores = new int[machines];
            gpus = new int[machines];
        }
    }

    /** From now on these are the workers, by name. */
    void machines(Collection<Machine> inOrder) {
        machines = inOrder.toArray(new Machine[0]);
        memos.clear();
    }

    /** Where it fits best; if possible not on one of the workers to be avoided. */
    Optional<Choice> best(Demand demand, GpuClasses accepted, Collection<WorkerId> avoided) {
        Memo memo = memos.computeIfAbsent(demand, _ -> new Memo(machines.length));
        int best = -1;
        int lastResort = -1;
        for (int index = 0; index < machines.length; index++) {
            Machine machine = machines[index];
            if (!machine.takesWork() || !accepted.accept(machine.capacity().gpuClass())) {
                continue;
            }
            if (memo.versions[index] != machine.version()) {
                score(demand, machine, memo, index);
            }
            if (memo.scores[index] == DOES_NOT_FIT) {
                continue;
            }
            if (avoided.contains(machine.id())) {
                lastResort = better(memo, lastResort, index);
            } else {
                best = better(memo, best, index);
            }
        }
        int chosen = best >= 0 ? best : lastResort;
        return chosen < 0 ? Optional.empty() : Optional.of(new Choice(machines[chosen], memo.gpus[chosen]));
    }

    private static int better(Memo memo, int best, int candidate) {
        return best < 0 || memo.scores[candidate] > memo.scores[best] ? candidate : best;
    }

    private void score(Demand demand, Machine machine, Memo memo, int index) {
        memo.versions[index] = machine.version();
        memo.scores[index] = DOES_NOT_FIT;
        if (machine.timesHostFits(demand) < 1) {
            return;
        }
        int[] free = machine.freeGpus();
        double before = fragmentation.stranded(free, machine.freeCpuMilli(), machine.freeMemoryMib());
        if (demand.isShared()) {
            scoreShares(demand, machine, free, before, memo, index);
        } else if (takeWhole(free, demand.gpus())) {
            memo.scores[index] = quantised(before - after(demand, machine, free));
        }
    }

    private void scoreShares(Demand demand, Machine machine, int[] free, double before, Memo memo, int index) {
        for (int gpu = 0; gpu < free.length; gpu++) {
            if (free[gpu] < demand.gpuMilli()) {
                continue;
            }
            free[gpu] -= demand.gpuMilli();
            int score = quantised(before - after(demand, machine, free));
            free[gpu] += demand.gpuMilli();
            if (score > memo.scores[index]) {
                memo.scores[index] = score;
                memo.gpus[index] = gpu;
            }
        }
    }

    private double after(Demand demand, Machine machine, int[] free) {
        return fragmentation.stranded(
                free, machine.freeCpuMilli() - demand.cpuMilli(), machine.freeMemoryMib() - demand.memoryMib());
    }

    /** The whole GPUs of the lowest numbers are no longer free. Answers whether there were enough. */
    private static boolean takeWhole(int[] free, int gpus) {
        int missing = gpus;
        for (int gpu = 0; gpu < free.length && missing > 0; gpu++) {
            if (free[gpu] == Demand.WHOLE) {
                free[gpu] = 0;
                missing--;
            }
        }
        return missing == 0;
    }

    /** From 0 to {@link #STEPS}; more is better. */
    private static int quantised(double strandedLess) {
        return (int) (STEPS / (1 + Math.exp(-strandedLess / SCALE_MILLI)));
    }
}
