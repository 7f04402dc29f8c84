package io.deeptrain.event;

/** Names a model inside its app. */
public record ModelId(String value) implements Comparable<ModelId> {
    public ModelId {
        Text.requireId("model id", value);
    }

    @Override
    public int compareTo(ModelId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
