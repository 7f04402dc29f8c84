package io.deeptrain.api.violation;

import java.util.Optional;

/**
 * One thing that is wrong with a request, in words that say how to put it right.
 *
 * @param field its path in the request, as in {@code train_info.params.batch_size}
 * @param value what was given, as text; the beginning of a long one
 * @param legal what would be right, as in {@code a whole number from 1 to 128}
 * @param nearest the legal value closest to the one given
 */
public record Violation(String field, String value, String legal, Optional<Object> nearest) {
    private static final int VALUE_LENGTH_MAX = 200;

    public Violation {
        if (value.length() > VALUE_LENGTH_MAX) {
            value = value.substring(0, VALUE_LENGTH_MAX) + "...";
        }
    }

    /** The same of a field that lies in another one. */
    public Violation under(String parent) {
        return new Violation(parent + "." + field, value, legal, nearest);
    }

    public String message() {
        String message = "%s is %s but must be %s".formatted(field, value, legal);
        return nearest.map(closest -> "%s; the nearest is %s".formatted(message, closest))
                .orElse(message);
    }
}
