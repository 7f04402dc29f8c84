package io.deeptrain.worker.augmentation;

/** One of the things that {@link RandAugment} does to an image. */
sealed interface Operation permits Movement, Tone {}
