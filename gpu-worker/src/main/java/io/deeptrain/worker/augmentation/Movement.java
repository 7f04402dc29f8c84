package io.deeptrain.worker.augmentation;

/** Moves what an image shows. */
record Movement(AffineMap map) implements Operation {}
