package io.deeptrain.event;

/** Why a successful attempt trained no longer than it did. */
public enum Completion {
    ALL_EPOCHS,
    STOPPED_BY_TENANT,
    BUDGET_REACHED
}
