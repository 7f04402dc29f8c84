package io.deeptrain.simulation;

import io.deeptrain.worker.attempt.AttemptId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which workers' ranks have come to which attempts that other workers lead. Stands for the connections between them.
 */
final class GangBook {
    private final Map<AttemptId, Set<WorkerHost.WorkerProcess>> partners = new HashMap<>();

    void joins(AttemptId attempt, WorkerHost.WorkerProcess partner) {
        partners.computeIfAbsent(attempt, _ -> new HashSet<>()).add(partner);
    }

    void leaves(AttemptId attempt, WorkerHost.WorkerProcess partner) {
        Set<WorkerHost.WorkerProcess> left = partners.get(attempt);
        if (left != null) {
            left.remove(partner);
        }
    }

    int count(AttemptId attempt) {
        return partners.getOrDefault(attempt, Set.of()).size();
    }

    /** Whether one of them stands still. */
    boolean isStill(AttemptId attempt) {
        return partners.getOrDefault(attempt, Set.of()).stream().anyMatch(WorkerHost.WorkerProcess::isStill);
    }

    /** Rank 0 lets all of them go, or is there no more. */
    void ends(AttemptId attempt) {
        for (WorkerHost.WorkerProcess partner : List.copyOf(partners.getOrDefault(attempt, Set.of()))) {
            partner.letGo(attempt);
        }
        partners.remove(attempt);
    }
}
