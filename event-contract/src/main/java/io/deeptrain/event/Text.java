package io.deeptrain.event;

/** Checks that the texts of this contract share. */
final class Text {
    private static final int LENGTH_MAX = 256;

    private Text() {}

    static void requireId(String what, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(what + " is blank");
        }
        if (value.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "%s is longer than %d characters: %d".formatted(what, LENGTH_MAX, value.length()));
        }
    }
}
