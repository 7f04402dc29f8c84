package io.deeptrain.scheduler.queue;

import java.util.Map;

/**
 * What one queue of the tree may have.
 *
 * @param weight its share against that of its neighbours, whose standard is 1
 * @param quotas by GPU class; of a class that is not named it has {@link Quota#NONE}
 * @param priority of its jobs; only a tenant's own queue has jobs
 * @param runningMax so many of its jobs may run at once
 */
public record QueueLimits(int weight, Map<String, Quota> quotas, Priority priority, int runningMax) {
    public static final QueueLimits STANDARD = new QueueLimits(1, Map.of(), Priority.NORMAL, Integer.MAX_VALUE);

    public QueueLimits {
        if (weight < 1) {
            throw new IllegalArgumentException("a queue's weight must be positive: " + weight);
        }
        if (runningMax < 1) {
            throw new IllegalArgumentException("a queue must be allowed a running job: " + runningMax);
        }
        quotas = Map.copyOf(quotas);
    }

    public Quota quotaOf(String gpuClass) {
        return quotas.getOrDefault(gpuClass, Quota.NONE);
    }

    public QueueLimits withWeight(int newWeight) {
        return new QueueLimits(newWeight, quotas, priority, runningMax);
    }

    public QueueLimits withQuota(String gpuClass, Quota quota) {
        return new QueueLimits(weight, Map.of(gpuClass, quota), priority, runningMax);
    }

    public QueueLimits withPriority(Priority newPriority) {
        return new QueueLimits(weight, quotas, newPriority, runningMax);
    }

    public QueueLimits withRunningMax(int newRunningMax) {
        return new QueueLimits(weight, quotas, priority, newRunningMax);
    }
}
