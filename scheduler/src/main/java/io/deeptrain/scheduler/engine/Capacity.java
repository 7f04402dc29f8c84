package io.deeptrain.scheduler.engine;

import io.deeptrain.event.WorkerId;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What the fleet could take on if it were empty: the GPUs of the workers that accept attempts. */
final class Capacity {
    private final Map<WorkerId, Integer> gpusOf = new HashMap<>();
    private final TreeMap<Integer, Integer> workersBySize = new TreeMap<>();
    private long gpus;

    boolean forget(WorkerId workerId) {
        return set(workerId, 0);
    }

    long gpus() {
        return gpus;
    }

    int gpusOfLargest() {
        return workersBySize.isEmpty() ? 0 : workersBySize.lastKey();
    }

    /** Answers whether anything has changed. */
    boolean set(WorkerId workerId, int newGpus) {
        Integer before = newGpus == 0 ? gpusOf.remove(workerId) : gpusOf.put(workerId, newGpus);
        int oldGpus = before == null ? 0 : before;
        if (oldGpus == newGpus) {
            return false;
        }
        gpus += newGpus - oldGpus;
        if (oldGpus > 0) {
            workersBySize.computeIfPresent(oldGpus, (_, workers) -> workers == 1 ? null : workers - 1);
        }
        if (newGpus > 0) {
            workersBySize.merge(newGpus, 1, Integer::sum);
        }
        return true;
    }
}
