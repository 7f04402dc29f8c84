package io.deeptrain.messaging;

/** One partition of a topic: the unit within which records have an order. */
public record Partition(String topic, int number) implements Comparable<Partition> {
    public Partition {
        if (number < 0) {
            throw new IllegalArgumentException("partition of %s is negative: %d".formatted(topic, number));
        }
    }

    @Override
    public int compareTo(Partition other) {
        int byTopic = topic.compareTo(other.topic);
        return byTopic != 0 ? byTopic : Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
        return topic + "-" + number;
    }
}
