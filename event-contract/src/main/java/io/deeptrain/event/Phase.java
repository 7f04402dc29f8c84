package io.deeptrain.event;

/** What an attempt is busy with once its meter runs. */
public enum Phase {
    TRAINING,
    EVALUATING,
    EXPORTING
}
