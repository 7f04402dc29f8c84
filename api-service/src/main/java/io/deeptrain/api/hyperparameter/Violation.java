package io.deeptrain.api.hyperparameter;

import java.util.Optional;

/**
 * One thing that is wrong with a request, in words that say how to put it right.
 *
 * @param field its path in the request, as in {@code train_info.params.batch_size}
 * @param value what was given, as text
 * @param legal what would be right, as in {@code a whole number from 1 to 128}
 * @param nearest the legal value closest to the one given
 */
public record Violation(String field, String value, String legal, Optional<Object> nearest) {

    public String message() {
        String message = "%s is %s but must be %s".formatted(field, value, legal);
        return nearest.map(closest -> "%s; the nearest is %s".formatted(message, closest))
                .orElse(message);
    }
}
