package io.deeptrain.scheduler.engine;

import io.deeptrain.event.WorkerId;
import java.util.HashMap;
import java.util.Map;

/** What the fleet could take on if it were empty: the GPUs of the workers that accept attempts, in thousandths. */
final class Capacity {
    private final Map<WorkerId, Long> milliOf = new HashMap<>();
    private long gpuMilli;

    boolean forget(WorkerId workerId) {
        return set(workerId, 0);
    }

    long gpuMilli() {
        return gpuMilli;
    }

    /** Answers whether anything has changed. */
    boolean set(WorkerId workerId, long newMilli) {
        Long before = newMilli == 0 ? milliOf.remove(workerId) : milliOf.put(workerId, newMilli);
        long oldMilli = before == null ? 0 : before;
        if (oldMilli == newMilli) {
            return false;
        }
        gpuMilli += newMilli - oldMilli;
        return true;
    }
}
