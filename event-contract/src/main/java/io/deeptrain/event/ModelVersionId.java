package io.deeptrain.event;

/** Identifies one trained, or to be trained, state of a model. */
public record ModelVersionId(String value) implements Comparable<ModelVersionId> {
    public ModelVersionId {
        Text.requireId("model version id", value);
    }

    @Override
    public int compareTo(ModelVersionId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
