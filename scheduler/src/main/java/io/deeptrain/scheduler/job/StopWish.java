package io.deeptrain.scheduler.job;

import io.deeptrain.event.StopReason;
import java.util.Optional;

/** Who wants a training to end with what it has learned, if anybody does. */
public enum StopWish {
    NONE,
    OF_TENANT,
    OF_BUDGET;

    /** What the attempt is told; nothing if it may train on. */
    public Optional<StopReason> reason() {
        return switch (this) {
            case NONE -> Optional.empty();
            case OF_TENANT -> Optional.of(StopReason.STOP_AND_KEEP_BEST);
            case OF_BUDGET -> Optional.of(StopReason.BUDGET_REACHED);
        };
    }
}
