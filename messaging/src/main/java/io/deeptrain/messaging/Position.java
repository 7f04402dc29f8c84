package io.deeptrain.messaging;

/** Where a record lies. */
public record Position(String topic, int partition, long offset) {
    public Position {
        if (offset < 0) {
            throw new IllegalArgumentException("offset in %s-%d is negative: %d".formatted(topic, partition, offset));
        }
    }

    public Partition in() {
        return new Partition(topic, partition);
    }
}
