package io.deeptrain.event;

import java.time.Instant;

/**
 * An event as it travels: a CloudEvent 1.0.
 *
 * @param source which service says it, as in {@code /deeptrain/scheduler}
 * @param sequence counts the events of one subject; gap-free for the history of a job
 */
public record Envelope(EventId id, String source, long sequence, Instant time, Event event) {
    public static Envelope of(Event event, String source, long sequence, Instant time) {
        return new Envelope(EventId.of(event), source, sequence, time, event);
    }

    public EventType type() {
        return EventType.of(event);
    }
}
