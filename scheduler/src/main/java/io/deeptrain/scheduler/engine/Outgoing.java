package io.deeptrain.scheduler.engine;

import io.deeptrain.event.AssignmentEvent;
import io.deeptrain.event.AssignmentEvent.AttemptStopRequested;
import io.deeptrain.event.FleetEvent.Holding;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.StopReason;
import io.deeptrain.event.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** What workers are told, and told again until they have shown that they heard it. */
final class Outgoing {
    private final Duration resendAfter;
    private final Stops stops = new Stops();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparing(Timer::due).thenComparingLong(Timer::order));
    private List<AssignmentEvent> said = new ArrayList<>();
    private long timersSet;

    private record Timer(Instant due, long order, Message message) {}

    Outgoing(Duration resendAfter) {
        this.resendAfter = resendAfter;
    }

    void send(Message message, Instant now) {
        said.add(message.event());
        sendIfUnsettled(message, now.plus(resendAfter));
    }

    void sendIfUnsettled(Message message, Instant due) {
        timers.add(new Timer(due, timersSet++, message));
    }

    void sendAgainWhatIsDue(Instant now) {
        while (!timers.isEmpty() && !timers.peek().due().isAfter(now)) {
            Message message = timers.remove().message();
            if (!message.isSettled()) {
                send(message, now);
            }
        }
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
