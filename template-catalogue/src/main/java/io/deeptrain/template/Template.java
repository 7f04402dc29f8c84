package io.deeptrain.template;

import java.util.List;
import java.util.Optional;

/**
 * A preset architecture and its hyperparameters.
 *
 * @param id empty for the one way in which a type without templates is trained
 * @param aliases other names under which clients ask for it
 * @param runnable whether the workers of this release can train it
 * @param cost what a training takes, from which the estimate is made
 */
public record Template(
        String id,
        List<String> aliases,
        String description,
        List<Hyperparameter> hyperparameters,
        boolean runnable,
        TrainingCost cost) {
    public Template {
        aliases = List.copyOf(aliases);
        hyperparameters = List.copyOf(hyperparameters);
    }

    public boolean isCalled(String name) {
        return id.equals(name) || aliases.contains(name);
    }

    public Optional<Hyperparameter> hyperparameter(String name) {
        return hyperparameters.stream()
                .filter(hyperparameter -> hyperparameter.name().equals(name))
                .findFirst();
    }

    /**
     * The coefficients of the published formula {@code seconds = A * inputs * epochs + B}, at the default image size.
     *
     * @param secondsPerInput A
     * @param secondsAtLeast B
     */
    public record TrainingCost(double secondsPerInput, double secondsAtLeast) {}
}
