package io.deeptrain.event;

/** Where an attempt begins. */
public sealed interface Origin {
    record Scratch() implements Origin {}

    record Resumed(Checkpoint checkpoint) implements Origin {}
}
