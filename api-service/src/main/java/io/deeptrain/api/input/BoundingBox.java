package io.deeptrain.api.input;

import java.util.Optional;

/** A rectangle in an image. Its edges are fractions of the image's height and width. */
public record BoundingBox(float top, float left, float bottom, float right) {
    /** Only what {@link #problem} has nothing to say about. */
    public BoundingBox {
        problem(top, left, bottom, right).ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
    }

    /** What keeps four numbers from being a box: the first edge that is wrong, its value, and what it must be. */
    public static Optional<String> problem(float top, float left, float bottom, float right) {
        return outside("top_row", top)
                .or(() -> outside("left_col", left))
                .or(() -> outside("bottom_row", bottom))
                .or(() -> outside("right_col", right))
                .or(() -> notBelow("top_row", top, "bottom_row", bottom))
                .or(() -> notBelow("left_col", left, "right_col", right));
    }

    private static Optional<String> outside(String name, float value) {
        return value >= 0 && value <= 1
                ? Optional.empty()
                : Optional.of("%s is '%s' but must be from 0 to 1".formatted(name, value));
    }

    private static Optional<String> notBelow(String name, float value, String limitName, float limit) {
        return value < limit
                ? Optional.empty()
                : Optional.of(
                        "%s is '%s' but must be less than %s, which is '%s'".formatted(name, value, limitName, limit));
    }
}
