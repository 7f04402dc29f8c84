package io.deeptrain.simulation;

import io.deeptrain.event.Topic;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;

/** How far a consumer has read: for each of its topics and partitions the offset that it reads next. */
final class Positions {
    private final EnumMap<Topic, long[]> next = new EnumMap<>(Topic.class);

    Positions(List<Topic> topics, int partitions) {
        topics.forEach(topic -> next.put(topic, new long[partitions]));
    }

    private Positions(Positions other) {
        other.next.forEach((topic, offsets) -> next.put(topic, Arrays.copyOf(offsets, offsets.length)));
    }

    Positions copy() {
        return new Positions(this);
    }

    List<Topic> topics() {
        return List.copyOf(next.keySet());
    }

    long of(Topic topic, int partition) {
        return offsets(topic)[partition];
    }

    void advance(Topic topic, int partition, long count) {
        offsets(topic)[partition] += count;
    }

    boolean atEndOf(SimulatedLog log) {
        return next.entrySet().stream().allMatch(entry -> {
            for (int partition = 0; partition < entry.getValue().length; partition++) {
                if (entry.getValue()[partition] < log.end(entry.getKey(), partition)) {
                    return false;
                }
            }
            return true;
        });
    }

    private long[] offsets(Topic topic) {
        long[] offsets = next.get(topic);
        if (offsets == null) {
            throw new IllegalArgumentException("not read here: " + topic);
        }
        return offsets;
    }
}
