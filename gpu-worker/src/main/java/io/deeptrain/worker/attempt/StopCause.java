package io.deeptrain.worker.attempt;

import io.deeptrain.event.StopReason;

/** Why an attempt ends before it has a model. Of several the strongest counts. */
sealed interface StopCause {
    /** It was asked to. */
    record Asked(StopReason reason) implements StopCause {
        public Asked {
            if (reason.keepsModel()) {
                throw new IllegalArgumentException("there is a model to be made first: " + reason);
            }
        }
    }

    /**
     * A GPU that it uses is broken. What was computed there is not to be trusted, so that nothing is kept of it.
     *
     * @param failure what is said of the attempt when the trainer has let go
     */
    record GpuBroken(TrainerReport.Failed failure) implements StopCause {}

    /** Whether a checkpoint is saved first. */
    default boolean savesFirst() {
        return this instanceof Asked(StopReason reason) && reason == StopReason.PREEMPTED;
    }

    /** Whether nobody wants to hear of the attempt any more. */
    default boolean isSilent() {
        return this instanceof Asked(StopReason reason) && reason == StopReason.SUPERSEDED;
    }

    /** A tenant who has cancelled is billed as one, whatever breaks meanwhile; who makes room has nothing to save. */
    default boolean isStrongerThan(StopCause other) {
        return strength() > other.strength();
    }

    private int strength() {
        return switch (this) {
            case Asked(StopReason reason) ->
                switch (reason) {
                    case STOP_AND_KEEP_BEST, BUDGET_REACHED, RUN_TIME_REACHED ->
                        throw new IllegalStateException("there is a model to be made first: " + reason);
                    case PREEMPTED -> 0;
                    case CANCELLED -> 2;
                    case SUPERSEDED -> 3;
                };
            case GpuBroken _ -> 1;
        };
    }
}
