package io.deeptrain.event;

/** Why a successful attempt trained no longer than it did. */
public enum Completion {
    ALL_EPOCHS,
    STOPPED_BY_TENANT,
    BUDGET_REACHED,
    /** The training had run for as long as the operator lets any run. */
    RUN_TIME_REACHED,
    /** The test images had shown no improvement for as long as the tenant was willing to wait. */
    NO_LONGER_IMPROVING
}
