package io.deeptrain.worker.training;

import io.deeptrain.worker.objective.Mirror;

/** How often, and along which axis, a training image is mirrored. */
public record Flips(double probability, Mirror mirror) {
    public static final Flips NONE = new Flips(0, Mirror.LEFT_RIGHT);
}
