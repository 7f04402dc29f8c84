package io.deeptrain.event;

/** Why an attempt is asked to stop before its end, and what is to become of what it has learned. */
public enum StopReason {
    /** The tenant cancelled: stop at once, keep nothing. */
    CANCELLED(false),
    /** Another attempt holds the job: stop at once, say nothing more. */
    SUPERSEDED(false),
    /** Another job needs the GPU: save a checkpoint, then stop. */
    PREEMPTED(false),
    /** The tenant is content with what there is: evaluate, publish, succeed. */
    STOP_AND_KEEP_BEST(true),
    /** The cost cap is reached, or a budget used up: evaluate, publish, succeed. */
    BUDGET_REACHED(true),
    /** It has run for as long as the operator lets a training run: evaluate, publish, succeed. */
    RUN_TIME_REACHED(true);

    private final boolean keepsModel;

    StopReason(boolean keepsModel) {
        this.keepsModel = keepsModel;
    }

    public boolean keepsModel() {
        return keepsModel;
    }
}
