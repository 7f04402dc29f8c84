package io.deeptrain.scheduler.engine;

import io.deeptrain.event.WorkerId;
import java.util.HashMap;
import java.util.Map;

/** What the fleet could take on if it were empty: the GPUs of the workers that accept attempts. */
final class Capacity {
    private final Map<WorkerId, Integer> gpusOf = new HashMap<>();
    private long gpus;

    boolean forget(WorkerId workerId) {
        return set(workerId, 0);
    }

    long gpus() {
        return gpus;
    }

    /** Answers whether anything has changed. */
    boolean set(WorkerId workerId, int newGpus) {
        Integer before = newGpus == 0 ? gpusOf.remove(workerId) : gpusOf.put(workerId, newGpus);
        int oldGpus = before == null ? 0 : before;
        if (oldGpus == newGpus) {
            return false;
        }
        gpus += newGpus - oldGpus;
        return true;
    }
}
