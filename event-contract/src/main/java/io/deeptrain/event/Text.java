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
        if (value.chars().anyMatch(character -> Character.isISOControl(character) || isSurrogate(character))) {
            throw new IllegalArgumentException(what + " has a character that no database stores");
        }
    }

    /** Ids outside the basic plane are not worth half a character that no encoding writes. */
    private static boolean isSurrogate(int character) {
        return character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
    }
}
