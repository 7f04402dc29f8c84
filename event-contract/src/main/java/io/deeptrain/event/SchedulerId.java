package io.deeptrain.event;

/** Identifies one scheduler process. */
public record SchedulerId(String value) implements Comparable<SchedulerId> {
    public SchedulerId {
        Text.requireId("scheduler id", value);
    }

    @Override
    public int compareTo(SchedulerId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
