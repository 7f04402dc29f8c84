package io.deeptrain.event;

/** Names one worker. It keeps its name over restarts; each start is a new incarnation. */
public record WorkerId(String value) implements Comparable<WorkerId> {
    public WorkerId {
        Text.requireId("worker id", value);
    }

    @Override
    public int compareTo(WorkerId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
