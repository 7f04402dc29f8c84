package io.deeptrain.worker.training;

import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.objective.SmoothedTargets;
import io.deeptrain.worker.objective.Targets;
import java.util.Set;

/**
 * What makes a classifier's training harder, so that it learns images by heart less: each batch is mixed with itself,
 * concepts are never quite sure, units of the network are left out.
 *
 * @param labelSmoothing part of what is known of an image that goes to all concepts alike
 * @param dropPathRate how often the last unit of the network is left out for an image
 */
public record Regularisation(Mixing mixing, double labelSmoothing, double dropPathRate) {
    static final Regularisation NONE = new Regularisation(Mixing.NONE, 0, 0);

    public Regularisation {
        requireProbability("label_smoothing", labelSmoothing);
        requireProbability("drop_path_rate", dropPathRate);
    }

    private static void requireProbability(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException("%s must be at least 0 and below 1: %s".formatted(name, value));
        }
    }

    /** As asked for; what a template has no hyperparameter for is not done. */
    static Regularisation of(Settings settings) {
        return new Regularisation(
                new Mixing(real(settings, "mixup_alpha"), real(settings, "cutmix_alpha")),
                real(settings, "label_smoothing"),
                real(settings, "drop_path_rate"));
    }

    private static double real(Settings settings, String name) {
        return settings.has(name) ? settings.real(name) : 0;
    }

    /**
     * What the network's answers are compared with while it learns.
     *
     * @param sharp the objective's own
     * @param unseen positions of concepts that no training image shows
     */
    Targets targets(Objective objective, Targets sharp, Set<Integer> unseen) {
        return labelSmoothing > 0 && objective instanceof Objective.Classification(var activation)
                ? new SmoothedTargets(sharp, activation, labelSmoothing, unseen)
                : sharp;
    }
}
