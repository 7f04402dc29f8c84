package io.deeptrain.scheduler.engine;

import io.deeptrain.event.AttemptEvent;
import io.deeptrain.event.Event;
import io.deeptrain.event.FleetEvent.WorkerBeat;
import io.deeptrain.event.RequestEvent;
import io.deeptrain.scheduler.control.Order;
import java.time.Instant;

/** What the engine folds. The same inputs in the same order give the same decisions. */
public sealed interface Input {
    Instant now();

    /** Somebody said something: a {@link RequestEvent}, an {@link AttemptEvent} or a {@link WorkerBeat}. */
    record Heard(Event event, Instant now) implements Input {
        public Heard {
            if (!(event instanceof RequestEvent || event instanceof AttemptEvent || event instanceof WorkerBeat)) {
                throw new IllegalArgumentException("not an event that the scheduler acts on: " + event);
            }
        }
    }

    /** An operator wants something. */
    record Ordered(Order order, Instant now) implements Input {}

    /**
     * Time passed.
     *
     * @param heardUpTo the sending time of the scheduler's own newest pulse that came back, the least over all
     *     partitions
     */
    record Tick(Instant now, Instant heardUpTo) implements Input {}
}
