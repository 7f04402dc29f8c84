package io.deeptrain.scheduler.engine;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What workers are told, and told again until they have shown that they heard it. */
final class Outgoing {
    private final Duration resendAfter;
    private final Stops stops = new Stops();

    /** To be said again, those that are due first in front: as they were sent, for all wait equally long. */
    private final Deque<Timer> sent = new ArrayDeque<>();

    /** The same for those that may have been sent by somebody else. */
    private final Deque<Timer> takenUp = new ArrayDeque<>();

    private List<AssignmentEvent> said = new ArrayList<>();
    private long timersSet;

    private record Timer(Instant due, long order, Message message) {
        boolean isBefore(Timer other) {
            int byTime = due.compareTo(other.due);
            return byTime != 0 ? byTime < 0 : order < other.order;
        }
    }

    Outgoing(Duration resendAfter) {
        this.resendAfter = resendAfter;
    }

    void send(Message message, Instant now) {
        said.add(message.event());
        sent.add(new Timer(now.plus(resendAfter), timersSet++, message));
    }

    /** It may have been sent by somebody whose memory is lost: at the next look, if nobody has heard it by then. */
    void sendIfUnsettled(Message message, Instant now) {
        takenUp.add(new Timer(now, timersSet++, message));
    }

    void sendAgainWhatIsDue(Instant now) {
        for (Deque<Timer> next = next();
                !next.isEmpty() && !next.getFirst().due().isAfter(now);
                next = next()) {
            Message message = next.removeFirst().message();
            if (!message.isSettled()) {
                send(message, now);
            }
        }
    }

    /** The one whose first timer runs out first. */
    private Deque<Timer> next() {
        if (takenUp.isEmpty()) {
            return sent;
        }
        return sent.isEmpty() || takenUp.getFirst().isBefore(sent.getFirst()) ? takenUp : sent;
    }

    /** Asks for it once, however often it is wanted. */
    void requestStop(Holding holding, WorkerId workerId, IncarnationId incarnation, StopReason reason, Instant now) {
        stops.request(stopOf(holding, workerId, incarnation, reason)).ifPresent(stop -> send(stop, now));
    }

    /** It may have been asked for before, by somebody whose memory is lost. */
    void requestStopAgain(
            Holding holding, WorkerId workerId, IncarnationId incarnation, StopReason reason, Instant now) {
        stops.request(stopOf(holding, workerId, incarnation, reason)).ifPresent(stop -> sendIfUnsettled(stop, now));
    }

    private static AttemptStopRequested stopOf(
            Holding holding, WorkerId workerId, IncarnationId incarnation, StopReason reason) {
        return new AttemptStopRequested(holding.jobId(), holding.attempt(), workerId, incarnation, reason);
    }

    /** Which stops are under way. */
    Stops stops() {
        return stops;
    }

    /** What was said since this was last asked. */
    List<AssignmentEvent> take() {
        List<AssignmentEvent> taken = said;
        said = new ArrayList<>();
        return taken;
    }
}
