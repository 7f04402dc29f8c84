package io.deeptrain.event.adapter.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.deeptrain.event.Event;
import io.deeptrain.event.EventType;
import java.io.IOException;

/**
 * The JSON body of an event. Reading is strict about what this build knows and blind to what it does not: an unknown
 * property is a later version's addition and is passed over, while an unknown enum value, an unknown {@code kind}, a
 * missing or null property or a value of another JSON type makes the event unreadable.
 */
public final class EventJson {
    /** Longer bodies are neither written nor read. What is large lies in the object store. */
    public static final int BODY_BYTES_MAX = 1 << 20;

    private final JsonMapper mapper = ContractMapper.create();

    public byte[] body(Event event) {
        byte[] body;
        try {
            body = mapper.writeValueAsBytes(event);
        } catch (JsonProcessingException notSerialisable) {
            throw new IllegalStateException("cannot be written as JSON: " + event, notSerialisable);
        }
        if (body.length > BODY_BYTES_MAX) {
            throw new IllegalArgumentException("body of %s about %s has %d bytes, at most %d are allowed"
                    .formatted(EventType.of(event).name(), event.subject(), body.length, BODY_BYTES_MAX));
        }
        return body;
    }

    public Event parse(EventType type, byte[] body) throws UnreadableEventException {
        if (body.length > BODY_BYTES_MAX) {
            throw new UnreadableEventException(
                    "body has %d bytes, at most %d are allowed".formatted(body.length, BODY_BYTES_MAX));
        }
        if (body.length == 0) {
            throw new UnreadableEventException("body is empty");
        }
        Event event;
        try {
            event = mapper.readValue(body, type.recordClass());
        } catch (JsonProcessingException unreadable) {
            throw new UnreadableEventException(ContractMapper.reason(unreadable), unreadable);
        } catch (IOException impossible) {
            throw new IllegalStateException("an array in memory cannot fail to be read", impossible);
        }
        if (event == null) {
            throw new UnreadableEventException("body is null");
        }
        return event;
    }
}
