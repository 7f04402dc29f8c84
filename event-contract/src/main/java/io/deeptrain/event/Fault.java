package io.deeptrain.event;

/** Whose fault a failure is. It decides who pays for it and whether trying again makes sense. */
public enum Fault {
    /** The data or the hyperparameters: trying again would fail again, and the time used is charged. */
    USER,
    /** Ours, or unknown, which counts as ours: tried again, and never charged. */
    PLATFORM,
    /** No device was large enough: tried again elsewhere, and never charged. */
    CAPACITY
}
