package io.deeptrain.worker.learning;

import io.deeptrain.worker.network.Part;
import io.deeptrain.worker.objective.Objective;

/**
 * Everything about learning that stays the same from step to step.
 *
 * @param backboneRate the backbone's learning rate as a multiple of the head's
 * @param frozenStages stages of the backbone, from stage 0 on, that do not learn and whose running statistics stand
 *     still; 0 for none
 * @param gradientNormMax a gradient with a larger norm, over all parameters, is scaled down to it
 */
public record Recipe(
        Objective objective, Optimizer optimizer, double backboneRate, int frozenStages, double gradientNormMax) {
    public Recipe {
        if (!(backboneRate >= 0) || !(gradientNormMax > 0) || frozenStages < 0) {
            throw new IllegalArgumentException(
                    "backbone rate must not be negative: %s, nor frozen stages: %d; gradient norm must be positive: %s"
                            .formatted(backboneRate, frozenStages, gradientNormMax));
        }
    }

    /** Of a network that learns as a whole. */
    public Recipe(Objective objective, Optimizer optimizer, double gradientNormMax) {
        this(objective, optimizer, 1, 0, gradientNormMax);
    }

    public boolean freezes(Part part) {
        return part instanceof Part.Backbone(int stage) && stage < frozenStages;
    }

    /** The part's learning rate as a multiple of the step's. */
    public double rateOf(Part part) {
        return switch (part) {
            case Part.Backbone _ -> freezes(part) ? 0 : backboneRate;
            case Part.Head _ -> 1;
        };
    }
}
