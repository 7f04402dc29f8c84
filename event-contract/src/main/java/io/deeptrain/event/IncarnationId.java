package io.deeptrain.event;

/** Identifies one start of a worker process. What was meant for an earlier start lapses. */
public record IncarnationId(String value) implements Comparable<IncarnationId> {
    public IncarnationId {
        Text.requireId("incarnation id", value);
    }

    @Override
    public int compareTo(IncarnationId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
