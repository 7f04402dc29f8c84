package io.deeptrain.cli.port;

import io.deeptrain.event.Event;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** The public event topics, read forward. */
public interface EventStream extends Closeable {
    /** What has arrived since the last call, perhaps after waiting a moment for it. */
    List<Read> next() throws IOException;

    /** A record of a topic: an event, or something that this program does not know and so leaves alone. */
    sealed interface Read {}

    /**
     * An event.
     *
     * @param sequence counts the events of one subject
     */
    record Known(String type, long sequence, Instant time, Event event) implements Read {}

    /** Something else. */
    record Unknown(String topic, String type) implements Read {}
}
