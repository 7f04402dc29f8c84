package io.deeptrain.scheduler.engine;

import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.WorkerId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The stops that were asked for and are not acknowledged: at most one for each attempt on each worker. */
final class Stops {
    private final Map<WorkerId, Map<Holding, Message>> open = new HashMap<>();

    /** The message to send, unless this very stop is under way. Another reason takes the place of an earlier one. */
    Optional<Message> request(AttemptStopRequested stop) {
        Map<Holding, Message> ofWorker = open.computeIfAbsent(stop.workerId(), _ -> new LinkedHashMap<>());
        Holding holding = new Holding(stop.jobId(), stop.attempt());
        Message earlier = ofWorker.get(holding);
        if (earlier != null) {
            if (earlier.event().equals(stop)) {
                return Optional.empty();
            }
            earlier.settle();
        }
        Message message = new Message(stop);
        ofWorker.put(holding, message);
        return Optional.of(message);
    }

    void settle(WorkerId workerId, Holding holding) {
        Map<Holding, Message> ofWorker = open.get(workerId);
        if (ofWorker != null) {
            Message message = ofWorker.remove(holding);
            if (message != null) {
                message.settle();
            }
            forgetIfEmpty(workerId, ofWorker);
        }
    }

    /** A beat of this incarnation does not list what it was asked to stop, or the stop was for an earlier one. */
    void settleUnlisted(WorkerId workerId, IncarnationId incarnation, Set<Holding> listed) {
        Map<Holding, Message> ofWorker = open.get(workerId);
        if (ofWorker != null) {
            ofWorker.entrySet().removeIf(entry -> {
                boolean isSettled = !listed.contains(entry.getKey())
                        || !entry.getValue().event().incarnation().equals(incarnation);
                if (isSettled) {
                    entry.getValue().settle();
                }
                return isSettled;
            });
            forgetIfEmpty(workerId, ofWorker);
        }
    }

    /** The worker is gone, and nobody is left to acknowledge. */
    void settleAll(WorkerId workerId) {
        Map<Holding, Message> ofWorker = open.remove(workerId);
        if (ofWorker != null) {
            ofWorker.values().forEach(Message::settle);
        }
    }

    private void forgetIfEmpty(WorkerId workerId, Map<Holding, Message> ofWorker) {
        if (ofWorker.isEmpty()) {
            open.remove(workerId);
        }
    }
}
