package io.deeptrain.template;

/** One setting of a template: what it does, what it may be, and what it is when nobody says. */
public record Hyperparameter(String name, String description, Domain domain, Object defaultValue) {
    public Hyperparameter {
        if (domain.legal(defaultValue).isEmpty()) {
            throw new IllegalArgumentException(
                    "the default of %s must be %s: %s".formatted(name, domain.words(), defaultValue));
        }
    }
}
