package io.deeptrain.api.input;

/** Says that an input shows a concept, or that it does not. */
public record Label(String conceptId, boolean positive) {
    /** The contract gives labels a number; from here on it means that the input shows the concept. */
    private static final float POSITIVE_MIN = 0.5f;

    public static Label of(String conceptId, float value) {
        return new Label(conceptId, value >= POSITIVE_MIN);
    }
}
