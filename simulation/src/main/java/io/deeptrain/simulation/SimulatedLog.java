package io.deeptrain.simulation;

import io.deeptrain.event.Event;
import io.deeptrain.event.EventType;
import io.deeptrain.event.Topic;
import io.deeptrain.messaging.port.TransportUnavailableException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;

/** Kafka: topics of partitions, ordered within each, kept for ever, and away at times as a whole. */
final class SimulatedLog {
    private final EnumMap<Topic, List<List<Event>>> topics = new EnumMap<>(Topic.class);
    private final int partitions;
    private final Trace trace;
    private boolean away;

    SimulatedLog(int partitions, Trace trace) {
        this.partitions = partitions;
        this.trace = trace;
        for (Topic topic : Topic.values()) {
            List<List<Event>> entries = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                entries.add(new ArrayList<>());
            }
            topics.put(topic, entries);
        }
    }

    int partitions() {
        return partitions;
    }

    boolean isAway() {
        return away;
    }

    void setAway(boolean away) {
        this.away = away;
        trace.note("log", away ? "goes away" : "is back");
    }

    int partitionOf(String key) {
        return Math.floorMod(key.hashCode(), partitions);
    }

    void append(Event event) {
        append(event, partitionOf(event.partitionKey()));
    }

    void append(Event event, int partition) {
        if (away) {
            throw new TransportUnavailableException("the log is away");
        }
        partition(EventType.of(event).topic(), partition).add(event);
        trace.note("logged", event);
    }

    long end(Topic topic, int partition) {
        return partition(topic, partition).size();
    }

    /** Nothing while the log is away. */
    List<Event> read(Topic topic, int partition, long from, int max) {
        List<Event> entries = partition(topic, partition);
        if (away || from >= entries.size()) {
            return List.of();
        }
        return List.copyOf(entries.subList((int) from, (int) Math.min(entries.size(), from + max)));
    }

    /** All that was ever written to a topic, one partition after the other. */
    List<Event> everything(Topic topic) {
        List<Event> all = new ArrayList<>();
        partitionsOf(topic).forEach(all::addAll);
        return all;
    }

    private List<Event> partition(Topic topic, int partition) {
        return partitionsOf(topic).get(partition);
    }

    private List<List<Event>> partitionsOf(Topic topic) {
        List<List<Event>> found = topics.get(topic);
        if (found == null) {
            throw new IllegalStateException("no such topic: " + topic);
        }
        return found;
    }
}
