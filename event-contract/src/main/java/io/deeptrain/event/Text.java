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
        for (int place = 0; place < value.length(); place++) {
            // Ids outside the basic plane are not worth half a character that no encoding writes.
            if (Character.isISOControl(value.charAt(place)) || Character.isSurrogate(value.charAt(place))) {
                throw new IllegalArgumentException(what + " has a character that no database stores");
            }
        }
    }
}
